using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>Cuts what was read into batches of whole transactions, before the engine counts it. A transaction that is larger than the
/// limits comes in batches of its own.</summary>
/// <remarks>
/// <para>What is held back is part of one transaction whose end was not read yet. It has not been counted and is not where reading
/// resumes: after a reconnect it is read again.</para>
/// <para>A part always ends before changes of its transaction: the last part is the one that ends it, even if the source reports the end
/// later than the last change.</para>
/// </remarks>
/// <param name="maxChanges">Most changes of a batch, unless one event of the log has more.</param>
/// <param name="maxBytes">Most bytes of a batch, with the same exception.</param>
internal sealed class TransactionAligner(int maxChanges, long maxBytes)
{
    private readonly List<TransactionInfo> _open = [];
    private FeedBatch _held = new();
    private bool _hasParts;

    /// <summary>The source is opened, perhaps again: what was held back is read again.</summary>
    /// <param name="isInside">True if a part of the transaction that comes first was handed over before.</param>
    public void Start(bool isInside)
    {
        _open.Clear();
        _held = new FeedBatch();
        _hasParts = isInside;
    }

    /// <summary>Adds what was read.</summary>
    /// <returns>The batches that are complete.</returns>
    public List<FeedBatch> Add(FeedBatch batch)
    {
        var complete = new List<FeedBatch>(1);
        var lastEnd = 0;
        foreach (var entry in batch.EntryList)
        {
            if (entry.Changes is { } set && !Fits(set))
            {
                // Whole transactions go before parts of one.
                var cut = lastEnd > 0 ? lastEnd : _held.EntryList.Count;
                lastEnd = 0;
                Cut(cut, complete);
                if (_held.EntryList.Count > 0 && !Fits(set))
                {
                    Cut(_held.EntryList.Count, complete);
                }

                _hasParts |= _open.Count > 0 && _held.EntryList.Count == 0;
            }

            Follow(entry);
            _held.Append(entry);
            lastEnd = _open.Count == 0 ? _held.EntryList.Count : lastEnd;
            if (_hasParts && lastEnd > 0)
            {
                // The last part has nothing else either. What comes before its changes, such as the mark of where reading resumes, is
                // not the last part yet.
                Cut(lastEnd, complete);
                lastEnd = 0;
                _hasParts = complete[^1].ChangeCount == 0 && entry.EndedTransaction is null;
            }
        }

        Cut(lastEnd, complete);
        return complete;
    }

    /// <summary>Returns what was held back: nothing more follows.</summary>
    public FeedBatch? TakeRest()
    {
        var rest = _held;
        Start(false);
        return rest.EntryList.Count > 0 ? rest : null;
    }

    private bool Fits(ChangeSet set) => _held.ChangeCount == 0
        || (_held.ChangeCount + set.Count <= maxChanges && _held.ByteSize + set.ByteSize <= maxBytes);

    private void Cut(int count, List<FeedBatch> complete)
    {
        if (count > 0)
        {
            var rest = _held.SplitAfter(count);
            complete.Add(_held);
            _held = rest;
        }
    }

    private void Follow(in FeedEntry entry)
    {
        if (entry.EndedTransaction is { } ended)
        {
            _open.Remove(ended);
        }
        else if ((entry.Changes?.Transaction ?? entry.Item?.EnclosingTransaction) is { } transaction && !_open.Contains(transaction))
        {
            _open.Add(transaction);
        }
    }
}
