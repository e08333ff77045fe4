using System.Globalization;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>MariaDB implements a unique key over texts longer than an index allows, or one made with USING HASH, as an index over a hash of
/// them. The hash is a BIGINT named DB_ROW_HASH_n, one for each such key. It follows the table's own columns in row events and is visible
/// nowhere else (sql/sql_table.cc, add_hash_field).</summary>
internal static class KeyHashes
{
    private const string Prefix = "DB_ROW_HASH_";

    /// <summary>Marks the hash columns by their names.</summary>
    public static void Mark(Span<ColumnMetadata> columns)
    {
        for (var i = columns.Length - 1; i >= 0 && columns[i] is { Type: ColumnType.LongLong, Name: { } name } && IsName(name); i--)
        {
            columns[i].IsKeyHash = true;
        }
    }

    /// <summary>Marks the hash columns after the table's own columns.</summary>
    /// <param name="columns">All columns.</param>
    /// <param name="own">Number of columns that are the table's own.</param>
    /// <param name="mayBe">True if the table may have hash columns, where the log gives no names.</param>
    /// <returns>False if one of the remaining columns cannot be a hash.</returns>
    public static bool TryMarkFrom(Span<ColumnMetadata> columns, int own, bool mayBe)
    {
        for (var i = own; i < columns.Length; i++)
        {
            if (!columns[i].IsKeyHash && (!mayBe || columns[i] is not { Type: ColumnType.LongLong, Name: null }))
            {
                return false;
            }

            columns[i].IsKeyHash = true;
            columns[i].Name ??= string.Create(CultureInfo.InvariantCulture, $"{Prefix}{i - own + 1}");
        }

        return true;
    }

    /// <summary>Returns the table's own columns.</summary>
    public static ReadOnlySpan<ColumnMetadata> Without(ReadOnlySpan<ColumnMetadata> columns)
    {
        var own = columns.Length;
        while (own > 0 && columns[own - 1].IsKeyHash)
        {
            own--;
        }

        return columns[..own];
    }

    private static bool IsName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length
        && !name.AsSpan(Prefix.Length).ContainsAnyExceptInRange('0', '9');
}
