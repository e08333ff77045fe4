using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Sources;

/// <summary>What a source must remember beside its offset, such as the columns of tables at a position, kept in the application's
/// <see cref="IOffsetStore"/> under keys of its own: the engine's name, a slash, and a topic.</summary>
/// <remarks>A note is stored when <see cref="SaveAsync"/> returns, whatever the commit policy: a source saves it before it hands over the
/// first entry whose offset needs it, so that no offset is ever stored without it. It may therefore be ahead of the stored offset. One call
/// at a time.</remarks>
public sealed class SourceNotes
{
    private readonly IOffsetStore _store;
    private readonly string _name;
    private readonly ILogger _logger;
    private readonly Dictionary<string, StoreSlot> _slots = [];

    /// <summary>Creates the notes of one engine; for engines and for tests of sources.</summary>
    /// <param name="store">Where they are kept.</param>
    /// <param name="name">The engine's name.</param>
    public SourceNotes(IOffsetStore store, string name)
        : this(store, name, NullLogger.Instance)
    {
    }

    internal SourceNotes(IOffsetStore store, string name, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(name);
        _store = store;
        _name = name;
        _logger = logger;
    }

    /// <summary>Reads a note.</summary>
    /// <param name="topic">What it is about: letters, digits and dashes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where there is none.</returns>
    public ValueTask<string?> LoadAsync(string topic, CancellationToken cancellationToken) => SlotOf(topic).LoadAsync(cancellationToken);

    /// <summary>Stores a note in place of the one before.</summary>
    /// <param name="topic">What it is about.</param>
    /// <param name="text">The note.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OffsetConflictException">Another instance has stored one since it was loaded.</exception>
    public ValueTask SaveAsync(string topic, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SlotOf(topic).SaveAsync(text, 0, cancellationToken);
    }

    /// <summary>Reads the offset that is stored now: no restart leads before it. The store is asked, as the application may save offsets
    /// itself.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where none is stored.</returns>
    /// <exception cref="OffsetFormatException">It is damaged.</exception>
    public async ValueTask<CdcOffset?> LoadOffsetAsync(CancellationToken cancellationToken)
        => await _store.LoadAsync(_name, cancellationToken).ConfigureAwait(false) is { } stored ? CdcOffset.Parse(stored.Text) : null;

    private StoreSlot SlotOf(string topic)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        if (!_slots.TryGetValue(topic, out var slot))
        {
            _slots[topic] = slot = new StoreSlot(_store, $"{_name}/{topic}", _logger);
        }

        return slot;
    }
}
