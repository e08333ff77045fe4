using System.Globalization;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>MariaDB keeps a unique key of texts that are longer than an index takes, or one made with USING HASH, as an index over a hash of them. That
/// hash is a BIGINT called DB_ROW_HASH_n, one for each such key, which stands behind all columns of the table in its row events and is nowhere else to
/// be seen (sql/sql_table.cc, add_hash_field).</summary>
internal static class KeyHashes
{
    private const string Prefix = "DB_ROW_HASH_";

    /// <summary>Marks them by their names.</summary>
    public static void Mark(Span<ColumnMetadata> columns)
    {
        for (var i = columns.Length - 1; i >= 0 && columns[i] is { Type: ColumnType.LongLong, Name: { } name } && IsName(name); i--)
        {
            columns[i].IsKeyHash = true;
        }
    }

    /// <summary>Marks those behind the table's own columns.</summary>
    /// <param name="columns">All columns.</param>
    /// <param name="own">How many of them are the table's.</param>
    /// <param name="mayBe">Whether the table may have them, where the log gives no names.</param>
    /// <returns>False where another column is there.</returns>
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

    /// <summary>The table's own columns.</summary>
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
