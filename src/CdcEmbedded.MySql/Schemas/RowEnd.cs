using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The column of a system-versioned table (MariaDB) that says until when a row was valid: the highest value of its type means that
/// the row is current.</summary>
/// <remarks>
/// The server logs an update of such a table as an update of the current row, followed by an insert of the old one as history, and a delete
/// as an update of this column (MariaDB source, sql/sql_update.cc, vers_insert_history_row; sql/handler.cc, vers_update_end).
/// <code>
/// TIMESTAMP(6)     7F FF FF FF 0F 42 3F    2038-01-19 03:14:07.999999
///                  FF FF FF FF 0F 42 3F    2106-02-07 06:28:15.999999, from 11.5 on where time_t has 64 bits
/// BIGINT UNSIGNED  FF FF FF FF FF FF FF FF of tables whose validity is counted in transactions
/// </code>
/// </remarks>
/// <param name="column">The index of the column.</param>
internal sealed class RowEnd(int column)
{
    /// <summary>True if a row is not current. A row without the column did not change it, and only current rows change.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="image">The row.</param>
    public bool IsHistory(RowBuffer rows, int image)
    {
        var end = rows.GetRaw(image, column);
        return !end.IsEmpty && !IsHighest(end);
    }

    private static bool IsHighest(ReadOnlySpan<byte> end) => end.Length == 7
        ? end[0] is 0x7F or 0xFF && end[1..].SequenceEqual<byte>([0xFF, 0xFF, 0xFF, 0x0F, 0x42, 0x3F])
        : !end.ContainsAnyExcept((byte)0xFF);
}
