using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Makes the change set of a rows event, in the same way whether the event comes from the log or from the spill
/// file. One caller.</summary>
/// <param name="settings">How updates are reported.</param>
internal sealed class ChangeSetFactory(FeedSettings settings)
{
    private readonly PinnedBytes _pinned = new();
    private readonly bool _splitsKeyChanges = settings.KeyChange == KeyChangeMode.DeleteAndCreate;
    private readonly bool _skipsUnchanged = settings.SkipUnchanged;

    /// <summary>Makes the set.</summary>
    /// <param name="rows">The scanned rows.</param>
    /// <param name="table">Their table.</param>
    /// <param name="transaction">Their transaction.</param>
    /// <param name="context">What the event's header and surroundings say.</param>
    /// <param name="count">The changes of the transaction before the event; afterwards those after it.</param>
    /// <returns>Null where the event has no change to report.</returns>
    public MySqlChangeSet? Create(RowBuffer rows, CapturedTable table, MySqlTransaction transaction, in RowsContext context,
        ref ChangeCount count)
    {
        var parts = ChangeParts.Of(rows, table, _splitsKeyChanges, _skipsUnchanged);
        var changes = parts?.Length ?? rows.RowCount;
        if (changes == 0)
        {
            return null;
        }

        var set = new MySqlChangeSet(rows, table, transaction, context, parts, count, 0, _pinned.Count(rows.Buffer, context.Query));
        count = count.Add(table.Hash, changes);
        return set;
    }
}
