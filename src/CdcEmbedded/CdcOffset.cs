using System.Text;
using System.Text.Json;
using CdcEmbedded.Offsets;

namespace CdcEmbedded;

/// <summary>Where to resume in a source's log: an opaque, versioned, readable JSON text of at most a few KB, which includes the source's
/// identity. Immutable.</summary>
/// <remarks>Store it as text (<see cref="ToString"/>) and read it with <see cref="Parse"/>. Two offsets are equal if their texts are,
/// without the notes of the source that belong to them; only the source knows which of two offsets is earlier.</remarks>
public sealed class CdcOffset : IEquatable<CdcOffset>
{
    private readonly string _text;

    internal CdcOffset(string text, int version, string connector, string? sourceId)
    {
        _text = text;
        Version = version;
        Connector = connector;
        SourceId = sourceId;
    }

    /// <summary>The kind of source to which it belongs, such as <c>mysql</c>.</summary>
    public string Connector { get; }

    /// <summary>The identity of the source, such as a server's UUID or a replica set's name.</summary>
    /// <value>Null if the source has none, and in offsets of version 1, which store it elsewhere.</value>
    internal string? SourceId { get; }

    /// <summary>The version of the text: 1 or 2.</summary>
    internal int Version { get; }

    /// <summary>The text without the last part, which names the notes of one engine: another engine has others for the same
    /// place.</summary>
    private ReadOnlySpan<char> Place
    {
        get
        {
            var notes = _text.LastIndexOf(OffsetEnvelope.NotesBegin, StringComparison.Ordinal);
            return _text.AsSpan(0, notes < 0 ? Math.Max(_text.LastIndexOf('}'), 0) : notes);
        }
    }

    /// <summary>Reads an offset's text, of this version of CdcEmbedded or of any earlier one.</summary>
    /// <param name="text">What <see cref="ToString"/> returned.</param>
    /// <exception cref="OffsetFormatException">The text is not an offset: it is empty, damaged, or of an unknown version.</exception>
    public static CdcOffset Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            // A row of a store may have a lease too, which is no part of the offset.
            var offset = LeaseText.OffsetOf(text) ?? throw new FormatException("it holds a lease and no offset yet");
            var (version, connector, sourceId) = OffsetEnvelope.ReadHead(ParseJson(offset));
            return new CdcOffset(offset, version, connector, sourceId);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new OffsetFormatException($"{Shorten(text)} is not an offset: it is not JSON. Restore a copy of it, or "
                + "remove it to start "
                + "afresh.", e);
        }
        catch (FormatException e)
        {
            throw new OffsetFormatException($"{Shorten(text)} cannot be used as an offset: {e.Message}. Restore a copy of it, or remove "
                + "it to start afresh.", e);
        }
    }

    /// <summary>Returns the text to store.</summary>
    public override string ToString() => _text;

    /// <inheritdoc/>
    public bool Equals(CdcOffset? other) => other is not null && Place.SequenceEqual(other.Place);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CdcOffset);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Place, StringComparison.Ordinal);

    /// <summary>The whole text as JSON.</summary>
    internal JsonElement ToJson() => ParseJson(_text);

    /// <summary>The transactions that were open when it was written; none in version 1.</summary>
    internal TransactionCounters[] ReadTransactions()
        => Version == 1 ? TransactionCounters.None : OffsetEnvelope.ReadTransactions(ToJson());

    /// <summary>The snapshot state as JSON; null for none.</summary>
    internal string? ReadSnapshot()
        => Version != 1 && ToJson().TryGetProperty("snapshot"u8, out var snapshot) ? snapshot.GetRawText() : null;

    /// <summary>Which notes of the source belong to it, by topic.</summary>
    internal IReadOnlyDictionary<string, string> ReadNotes()
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Version != 1 && ToJson().TryGetProperty("notes"u8, out var notes))
        {
            foreach (var note in notes.EnumerateObject())
            {
                result[note.Name] = note.Value.GetString() ?? "";
            }
        }

        return result;
    }

    private static JsonElement ParseJson(string text)
    {
        // A lone surrogate has no UTF-8 form: the encoder's replacement would change the text silently.
        var reader = new Utf8JsonReader(StrictUtf8.GetBytes(text));
        using var document = JsonDocument.ParseValue(ref reader);
        while (reader.Read())
        {
            // Nothing may follow the object: reading further makes the reader reject it.
        }

        return document.RootElement.Clone();
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static string Shorten(string text)
        => text.Length == 0 ? "An empty text" : text.Length <= 60 ? $"'{text}'" : $"'{text.AsSpan(0, 60)}…'";
}
