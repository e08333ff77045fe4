using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The rules on which the correctness of a window rests, each in one place. The exploration test replaces them one by one by
/// wrong ones and must find each.</summary>
internal class WindowRules
{
    public static readonly WindowRules Default = new();

    /// <summary>True if a read that starts now sees everything that the stream had delivered when the window was opened (R63).</summary>
    public virtual bool IsVisible(SourcePosition low, SourcePosition opened) => low.Covers(opened);

    /// <summary>True if the stream has delivered everything that the chunk may have seen, so that its rows may be delivered
    /// (R60).</summary>
    public virtual bool IsClosed(SourcePosition place, SourcePosition high) => place.Covers(high);

    /// <summary>True if a window may be opened or closed here: changes of an open transaction before it would not be counted, and are not
    /// visible yet.</summary>
    public virtual bool IsBoundary(bool isTransactionEnd) => isTransactionEnd;

    /// <summary>True if the row's key before a change counts (R66).</summary>
    public virtual bool CountsBefore => true;

    /// <summary>True if changes count that are delivered before the rows are read: from the moment when the window is opened.</summary>
    public virtual bool CountsEarlyChanges => true;

    /// <summary>True if a truncated table has no row that the stream does not deliver (R67).</summary>
    public virtual bool TruncateClears => true;

    /// <summary>True if rows with the columns of before a schema change must not be delivered after it (R67).</summary>
    public virtual bool SchemaChangeSpoils => true;

    /// <summary>True if the stream does not have the whole row after a change, or takes the change back: the row must be read
    /// again.</summary>
    public virtual bool IsPartial(in TableChange change)
    {
        if (change.IsProvisional)
        {
            return true;
        }

        if (change.Operation is not (ChangeOperation.Create or ChangeOperation.Update))
        {
            return false;
        }

        if (!change.After.HasValue)
        {
            return true;
        }

        foreach (var field in change.After)
        {
            if (field.Value.IsAbsent)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True if a partial change may give a row a key that the chunks have passed already.</summary>
    public virtual bool IsMove(in TableChange change, SnapshotKey? before, SnapshotKey? after)
        => change.IsHalf || (change.Operation == ChangeOperation.Update && before is not null && after is not null && before != after);

    /// <summary>True if HIGH is taken after the rows have been read, so that it includes everything that they may show.</summary>
    public virtual bool ReadsBeforeHigh => true;

    /// <summary>True if an answer belongs to the action that is waited for. The answer to an action that was given up is ignored.</summary>
    public virtual bool IsAnswer(SnapshotAction? waitedFor, SnapshotAction answered) => waitedFor?.Number == answered.Number;

    /// <summary>True if a table is not complete before the rows to read again have been read.</summary>
    public virtual bool WaitsForAgain => true;

    /// <summary>True if a window is abandoned when its snapshot is paused, the feed is reopened, or the table is spoiled.</summary>
    public virtual bool AbandonsWindow => true;

    /// <summary>True if the state of a row's place is exactly that of this row: the rows after it are read again after a restart.</summary>
    public virtual bool StateFollowsRows => true;

    /// <summary>True if rows that were changed in part while they were read again are read another time.</summary>
    public virtual bool OwesAgain => true;
}
