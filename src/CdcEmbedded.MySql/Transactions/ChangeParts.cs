using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Lists the changes of a rows event where they are not one for each row: where an update changes a primary key or nothing (R43,
/// R44), and where rows of a system-versioned table are its history.</summary>
/// <remarks>A part is a row's index, shifted left by two bits, and what it is reported as.</remarks>
internal static class ChangeParts
{
    /// <summary>One change of the event's operation.</summary>
    public const int WholeRow = 0;

    /// <summary>The delete of a changed key.</summary>
    public const int DeleteHalf = 1;

    /// <summary>The create of a changed key.</summary>
    public const int CreateHalf = 2;

    /// <summary>The delete of a row that the log has as an update of the end of its validity.</summary>
    public const int EndOfRow = 3;

    /// <summary>The parts of an event.</summary>
    /// <param name="rows">The scanned rows.</param>
    /// <param name="table">Their table.</param>
    /// <param name="splitsKeyChanges">True if a key's change is a delete and a create.</param>
    /// <param name="skipsUnchanged">True if a row that changes nothing is skipped.</param>
    /// <returns>Null where each row is one change.</returns>
    public static int[]? Of(RowBuffer rows, CapturedTable table, bool splitsKeyChanges, bool skipsUnchanged)
    {
        int[] key = splitsKeyChanges && rows.Operation == RowsOperation.Update ? table.KeyColumns : [];
        if (key.Length == 0 && table.RowEnd is null && !(skipsUnchanged && rows.Operation == RowsOperation.Update))
        {
            return null;
        }

        List<int>? parts = null;
        var count = rows.RowCount;
        for (var row = 0; row < count; row++)
        {
            var (first, second) = PartsOf(rows, table, row, key, skipsUnchanged);
            if (parts is null && first == WholeRow)
            {
                continue;
            }

            if (parts is null)
            {
                parts = new List<int>(count + 1);
                for (var earlier = 0; earlier < row; earlier++)
                {
                    parts.Add((earlier << 2) | WholeRow);
                }
            }

            if (first >= 0)
            {
                parts.Add((row << 2) | first);
            }

            if (second >= 0)
            {
                parts.Add((row << 2) | second);
            }
        }

        return parts?.ToArray();
    }

    private const int None = -1;

    private static (int First, int Second) PartsOf(RowBuffer rows, CapturedTable table, int row, int[] key, bool skipsUnchanged)
    {
        if (rows.Operation != RowsOperation.Update)
        {
            return (table.RowEnd?.IsHistory(rows, row) == true ? None : WholeRow, None);
        }

        var (before, after) = (2 * row, (2 * row) + 1);
        if (table.RowEnd is { } end)
        {
            if (end.IsHistory(rows, before))
            {
                return (None, None);
            }

            if (end.IsHistory(rows, after))
            {
                return (EndOfRow, None);
            }
        }

        if (!rows.HasSame(before, after, key))
        {
            // A create that lacks columns would lose them in a copy: such a change stays an update.
            return rows.IsComplete(after, table.AllColumns) ? (DeleteHalf, CreateHalf) : (WholeRow, None);
        }

        return (skipsUnchanged && rows.IsUnchanged(before, after, table.AllColumns) ? None : WholeRow, None);
    }
}
