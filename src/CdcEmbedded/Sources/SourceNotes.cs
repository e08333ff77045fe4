using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>What a source must remember beside its offset, such as the columns of tables at a position, kept in the application's
/// <see cref="IOffsetStore"/> under keys of its own: the engine's name, a slash, and a topic.</summary>
/// <remarks>
/// <para>The note of a topic is a base and parts that were appended to it, each under a key of its own. Every offset of the stream names
/// the base and the number of parts that belong to it. A base and its parts are never changed: an instance that has something else to say
/// writes another base. So whatever two instances under one name write, and whichever of them stores its offset in the end, that offset
/// finds its own notes.</para>
/// <para>A note is stored when <see cref="AppendAsync"/> or <see cref="ReplaceAsync"/> returns, whatever the commit policy: a source calls
/// them before it hands over the first entry whose offset needs the note, so that no offset is ever stored without it. It may therefore be
/// ahead of the stored offset. One call at a time.</para>
/// </remarks>
public sealed class SourceNotes
{
    private readonly IOffsetStore _store;
    private readonly string _name;
    private readonly Dictionary<string, NoteKeys> _topics = [];
    private readonly List<(string Topic, string? Base)> _retired = [];
    private volatile string? _references;

    /// <summary>Creates the notes of one engine; for engines and for tests of sources.</summary>
    /// <param name="store">Where they are kept.</param>
    /// <param name="name">The engine's name.</param>
    public SourceNotes(IOffsetStore store, string name)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(name);
        _store = store;
        _name = name;
    }

    /// <summary>Which notes belong to the current position, as every offset includes it: a JSON object; null for none. For any
    /// thread.</summary>
    internal string? References => _references;

    /// <summary>Continues with the notes that belong to an offset.</summary>
    /// <param name="offset">Where reading begins.</param>
    /// <exception cref="OffsetFormatException">What it says of notes is damaged.</exception>
    public void Resume(CdcOffset offset)
    {
        ArgumentNullException.ThrowIfNull(offset);
        _topics.Clear();
        foreach (var (topic, reference) in offset.ReadNotes())
        {
            _topics[topic] = NoteKeys.Parse(reference)
                ?? throw new OffsetFormatException($"The offset of '{_name}' names the note '{reference}' of '{topic}', which is damaged: "
                    + $"{offset}. Restore a copy of the offset, or remove it to start afresh.");
        }

        Describe();
    }

    /// <summary>Reads the note that belongs to the current position.</summary>
    /// <param name="topic">What it is about: letters, digits and dashes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The base, then the parts in their order; null where there is none.</returns>
    public async ValueTask<IReadOnlyList<string>?> LoadAsync(string topic, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        if (!_topics.TryGetValue(topic, out var keys))
        {
            // Earlier versions had one key for each topic.
            var old = await _store.LoadAsync(KeyOf(topic, null), cancellationToken).ConfigureAwait(false);
            return old is null ? null : [old.Text];
        }

        var texts = new List<string>(keys.Count + 1);
        for (var part = 0; part <= keys.Count; part++)
        {
            if (await _store.LoadAsync(KeyOf(topic, keys.Key(part)), cancellationToken).ConfigureAwait(false) is not { } stored)
            {
                // Somebody removed it.
                Forget(topic);
                return null;
            }

            texts.Add(stored.Text);
        }

        return texts;
    }

    /// <summary>Drops the last parts: the position is before them.</summary>
    /// <param name="topic">What the note is about.</param>
    /// <param name="count">The number of parts that remain.</param>
    public void Truncate(string topic, int count)
    {
        if (_topics.TryGetValue(topic, out var keys) && count < keys.Count)
        {
            _topics[topic] = keys with { Count = count };
            Describe();
        }
    }

    /// <summary>From now on no note belongs to the position: the one that was there says nothing of it.</summary>
    /// <param name="topic">What the note is about.</param>
    public void Drop(string topic)
    {
        if (_topics.Remove(topic, out var keys))
        {
            _retired.Add((topic, keys.Base));
            Describe();
        }
    }

    /// <summary>Appends a part to the note.</summary>
    /// <param name="topic">What it is about.</param>
    /// <param name="text">The part. If exactly it was appended there before, it is used again.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False if there is no note, or another part follows in its place: then <see cref="ReplaceAsync"/> it.</returns>
    public async ValueTask<bool> AppendAsync(string topic, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!_topics.TryGetValue(topic, out var keys))
        {
            return false;
        }

        var next = keys with { Count = keys.Count + 1 };
        if (!await TryCreateAsync(KeyOf(topic, next.Key(next.Count)), text, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        _topics[topic] = next;
        Describe();
        await RemoveRetiredAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Begins the note again with another base. The earlier one is removed once no stored offset needs it.</summary>
    /// <param name="topic">What it is about.</param>
    /// <param name="text">The base.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask ReplaceAsync(string topic, string text, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentNullException.ThrowIfNull(text);
        var keys = new NoteKeys(Guid.NewGuid().ToString("N"), 0);
        await _store.SaveAsync(KeyOf(topic, keys.Base), text, 0, cancellationToken).ConfigureAwait(false);
        _retired.Add((topic, _topics.TryGetValue(topic, out var earlier) ? earlier.Base : null));
        _topics[topic] = keys;
        Describe();
        await RemoveRetiredAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the offset that is stored now: no restart leads before it. The store is asked, as the application may save offsets
    /// itself.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where none is stored.</returns>
    /// <exception cref="OffsetFormatException">It is damaged.</exception>
    public async ValueTask<CdcOffset?> LoadOffsetAsync(CancellationToken cancellationToken)
        => await _store.LoadAsync(_name, cancellationToken).ConfigureAwait(false) is { } stored
            && LeaseText.OffsetOf(stored.Text) is { } text ? CdcOffset.Parse(text) : null;

    private string KeyOf(string topic, string? part) => part is null ? $"{_name}/{topic}" : $"{_name}/{topic}/{part}";

    private void Forget(string topic)
    {
        _topics.Remove(topic);
        Describe();
    }

    /// <returns>False if another text is stored there.</returns>
    private async ValueTask<bool> TryCreateAsync(string key, string text, CancellationToken cancellationToken)
    {
        try
        {
            await _store.SaveAsync(key, text, 0, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OffsetConflictException)
        {
            // An earlier attempt of this instance, one that died, or one that runs now.
            return (await _store.LoadAsync(key, cancellationToken).ConfigureAwait(false))?.Text == text;
        }
    }

    /// <summary>Removes earlier notes once the stored offset names the current ones: no other instance can store an offset that needs
    /// those.</summary>
    private async ValueTask RemoveRetiredAsync(CancellationToken cancellationToken)
    {
        if (_retired.Count == 0 || await LoadOffsetAsync(cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return;
        }

        var named = stored.ReadNotes();
        for (var i = _retired.Count - 1; i >= 0; i--)
        {
            var (topic, retired) = _retired[i];
            if (named.TryGetValue(topic, out var reference) && _topics.TryGetValue(topic, out var current)
                && NoteKeys.Parse(reference)?.Base == current.Base)
            {
                await RemoveAsync(topic, retired, cancellationToken).ConfigureAwait(false);
                _retired.RemoveAt(i);
            }
        }
    }

    private async ValueTask RemoveAsync(string topic, string? retired, CancellationToken cancellationToken)
    {
        if (retired is null)
        {
            await _store.RemoveAsync(KeyOf(topic, null), cancellationToken).ConfigureAwait(false);
            return;
        }

        var keys = new NoteKeys(retired, 0);
        for (var part = 0; ; part++)
        {
            var key = KeyOf(topic, keys.Key(part));
            if (await _store.LoadAsync(key, cancellationToken).ConfigureAwait(false) is null)
            {
                return;
            }

            await _store.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
            if (await _store.LoadAsync(key, cancellationToken).ConfigureAwait(false) is not null)
            {
                // A store that removes nothing.
                return;
            }
        }
    }

    private void Describe()
    {
        if (_topics.Count == 0)
        {
            _references = null;
            return;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (topic, keys) in _topics)
            {
                writer.WriteString(topic, keys.ToString());
            }

            writer.WriteEndObject();
        }

        _references = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The keys of one note: its base and the parts after it.</summary>
    /// <param name="Base">The key of the base.</param>
    /// <param name="Count">The number of parts that belong to the position.</param>
    private readonly record struct NoteKeys(string Base, int Count)
    {
        public static NoteKeys? Parse(string text)
        {
            var colon = text.LastIndexOf(':');
            return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? new NoteKeys(text[..colon], count) : null;
        }

        public string Key(int part) => part == 0 ? Base : string.Create(CultureInfo.InvariantCulture, $"{Base}.{part}");

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Base}:{Count}");
    }
}
