using System.Collections;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Consecutive changes with the offset after them, to be applied together: if effects and offset are in one transaction of the
/// application's own database, the effects happen exactly once. Immutable; may be kept and read from any thread.</summary>
public sealed class ChangeBatch : IReadOnlyCollection<ChangeEvent>
{
    private readonly IReadOnlyList<FeedEntry> _entries;

    /// <summary>Makes a batch without changes, at a position.</summary>
    internal ChangeBatch(StreamPlace place, IOffsetOrigin? stream, long endSequence)
    {
        _entries = [];
        Place = place;
        Stream = stream;
        EndSequence = endSequence;
    }

    internal ChangeBatch(FeedBatch batch, IOffsetOrigin? stream, long endSequence)
    {
        _entries = batch.Entries;
        Count = batch.ChangeCount;
        ByteSize = batch.ByteSize;
        Place = batch.EntryList[^1].Place;
        Stream = stream;
        EndSequence = endSequence;
    }

    /// <summary>The number of changes.</summary>
    /// <value>At least 1; 0 only with <see cref="CdcEngineOptions.EmptyBatches"/>.</value>
    public int Count { get; }

    /// <summary>Approximate number of bytes that keeping the batch keeps in memory.</summary>
    public long ByteSize { get; }

    /// <summary>The offset to resume from after the whole batch has been processed. Built at each call.</summary>
    public CdcOffset Offset => Place.ToOffset(Stream);

    /// <summary>True if the first change is the first one that is delivered of its transaction, or belongs to none. False in later parts of
    /// a transaction that spans several batches, also after a restart between them.</summary>
    /// <value>True for a batch without changes.</value>
    public bool BeginsTransaction
    {
        get
        {
            foreach (var entry in _entries)
            {
                if (entry.Changes is { } set)
                {
                    return set.GetTotalOrder(0) == 1;
                }
            }

            return true;
        }
    }

    /// <summary>True if no transaction of the source is open at the end of the batch. A transaction larger than a
    /// batch spans several; with <see cref="CdcEngineOptions.AlignBatches"/> all others are whole.</summary>
    public bool EndsTransaction => Place.IsTransactionEnd;

    internal StreamPlace Place { get; }

    /// <summary>The stream that delivered it.</summary>
    internal IOffsetOrigin? Stream { get; }

    /// <summary>The end of the batch in that stream: everything below this number is in this batch or an earlier one.</summary>
    internal long EndSequence { get; }

    /// <summary>Enumerates the changes in order. Events are created as they are asked for: a second enumeration creates new ones.</summary>
    public Enumerator GetEnumerator() => new(_entries);

    IEnumerator<ChangeEvent> IEnumerable<ChangeEvent>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Enumerates the changes of a batch.</summary>
    public struct Enumerator : IEnumerator<ChangeEvent>
    {
        private readonly IReadOnlyList<FeedEntry> _entries;
        private ChangeSet? _set;
        private int _entry;
        private int _change;
        private int _count;
        private ChangeEvent? _current;

        internal Enumerator(IReadOnlyList<FeedEntry> entries) => _entries = entries;

        /// <inheritdoc/>
        public readonly ChangeEvent Current => _current ?? throw new InvalidOperationException("Call MoveNext first.");

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            while (_change >= _count)
            {
                if (_entry >= _entries.Count)
                {
                    _current = null;
                    return false;
                }

                _set = _entries[_entry++].Changes;
                _count = _set?.Count ?? 0;
                _change = 0;
            }

            _current = _set is { } set ? new ChangeEvent(set, _change++) : null;
            return true;
        }

        /// <inheritdoc/>
        public void Reset()
        {
            _entry = _change = _count = 0;
            _set = null;
            _current = null;
        }

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
