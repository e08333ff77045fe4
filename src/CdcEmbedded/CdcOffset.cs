using System.Text;
using System.Text.Json;

namespace CdcEmbedded;

/// <summary>A place in a source's log from which reading can go on: opaque, versioned, human-readable JSON text of at most a few KB,
/// with the source's identity in it. Immutable.</summary>
/// <remarks>Store it as text (<see cref="ToString"/>) and bring it back with <see cref="Parse"/>. Equality is that of the text; which of two
/// offsets comes first only their source can tell.</remarks>
public sealed class CdcOffset : IEquatable<CdcOffset>
{
    private readonly string _text;

    private CdcOffset(string text, string connector)
    {
        _text = text;
        Connector = connector;
    }

    /// <summary>The kind of source that it belongs to, such as <c>mysql</c>.</summary>
    public string Connector { get; }

    /// <summary>Reads an offset's text.</summary>
    /// <param name="text">What <see cref="ToString"/> returned.</param>
    /// <exception cref="OffsetFormatException">It is no offset: empty, damaged, or of an unknown version.</exception>
    public static CdcOffset Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            using var document = JsonDocument.ParseValue(ref reader);
            while (reader.Read())
            {
                // Nothing may follow the object: reading on makes the reader refuse it.
            }

            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("v", out var version) || !version.TryGetInt32(out var number)
                || !root.TryGetProperty("source", out var source) || source.GetString() is not { Length: > 0 } connector)
            {
                throw new OffsetFormatException($"This is no offset: {Shorten(text)} lacks \"v\" or \"source\".");
            }

            return number == 1 ? new CdcOffset(text, connector)
                : throw new OffsetFormatException($"Offset version {number} is not known here (1 is): it was written by a newer CdcEmbedded.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new OffsetFormatException($"This is no offset: {Shorten(text)} is not a JSON object.", e);
        }
    }

    /// <summary>The text to store.</summary>
    public override string ToString() => _text;

    /// <inheritdoc/>
    public bool Equals(CdcOffset? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CdcOffset);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    private static string Shorten(string text) => text.Length == 0 ? "an empty text" : text.Length <= 60 ? $"'{text}'" : $"'{text.AsSpan(0, 60)}…'";
}
