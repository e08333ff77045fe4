using System.Globalization;
using System.Text;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>The statements that read one table. The server orders, compares and converts; the client never does (R64).</summary>
/// <param name="table">The table.</param>
internal sealed class SelectStatement(MySqlSnapshotTable table)
{
    private readonly string _columns = Columns(table);
    private readonly string _name = $"{Identifier(table.Database)}.{Identifier(table.Name)}";
    private readonly string[] _key = [.. table.KeyColumns.Select(i => Identifier(table.Definition.Columns[i].Name))];
    private readonly string[] _order = [.. table.OrderColumns.Select(i => Identifier(table.Definition.Columns[i].Name))];

    /// <summary>All rows, in the order of the key if there is one.</summary>
    public string All(string? condition)
        => $"SELECT {_columns} FROM {_name}{Index(condition)}{Where(condition is null ? [] : [$"({condition})"])}{Order("")}";

    /// <summary>The rows after a key and up to another one.</summary>
    /// <param name="after">Null for the first rows.</param>
    /// <param name="upTo">Null for no bound.</param>
    /// <param name="condition">The caller's own; null for all rows.</param>
    /// <param name="limit">How many rows at most; null for all.</param>
    public string Between(SnapshotKey? after, SnapshotKey? upTo, string? condition, long? limit)
    {
        var terms = new List<string>();
        if (after is not null)
        {
            terms.Add(Beyond(KeyText.ToSql(after.Json, _order.Length), '>', false));
        }

        if (upTo is not null)
        {
            terms.Add(Beyond(KeyText.ToSql(upTo.Json, _order.Length), '<', true));
        }

        if (condition is not null)
        {
            terms.Add($"({condition})");
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"SELECT {_columns} FROM {_name}{Index(condition)}{Where(terms)}{Order("")}{(limit is { } most ? $" LIMIT {most}" : "")}");
    }

    /// <summary>The row that is some rows after a key. The rows between are counted in the index: only the key of each is read.</summary>
    /// <param name="after">Null for the first rows.</param>
    /// <param name="rows">How many rows, at least 1.</param>
    public string Bound(SnapshotKey? after, long rows)
    {
        var key = string.Join(',', _order);
        List<string> terms = after is null ? [] : [Beyond(KeyText.ToSql(after.Json, _order.Length), '>', false)];
        return string.Create(CultureInfo.InvariantCulture,
            $"SELECT {_columns} FROM {_name} INNER JOIN (SELECT {key} FROM {_name}{Index(null)}{Where(terms)}{Order("")} "
            + $"LIMIT 1 OFFSET {rows - 1}) AS cdc_bound USING ({key})");
    }

    /// <summary>The rows that have one of several keys, byte for byte.</summary>
    public string WithKeys(IReadOnlyList<SnapshotKey> keys, string? condition)
    {
        var any = new StringBuilder("(");
        for (var k = 0; k < keys.Count; k++)
        {
            var literals = KeyText.ToSql(keys[k].Json, _key.Length);
            any.Append(k == 0 ? "(" : " OR (");
            for (var i = 0; i < literals.Length; i++)
            {
                any.Append(i == 0 ? "" : " AND ").Append(_key[i]).Append('=').Append(literals[i]);

                // A collation finds more than the stored bytes equal: another row may have taken such a key.
                if (KeyText.IsBytes(table.Readable.Map.Columns[table.KeyColumns[i]]))
                {
                    any.Append(CultureInfo.InvariantCulture,
                        $" AND CONVERT({_key[i]} USING binary)=CONVERT({literals[i]} USING binary)");
                }
            }

            any.Append(')');
        }

        any.Append(')');
        var where = Where(condition is null ? [any.ToString()] : [any.ToString(), $"({condition})"]);
        return $"SELECT {_columns} FROM {_name}{where}{Order("")}";
    }

    /// <summary>No row: only the table's lock is taken.</summary>
    public string Nothing => $"SELECT 1 FROM {_name} LIMIT 0";

    /// <summary>The last row.</summary>
    public string Last(string? condition)
        => $"SELECT {_columns} FROM {_name}{Index(condition)}{Where(condition is null ? [] : [$"({condition})"])}{Order(" DESC")} LIMIT 1";

    /// <summary>A name in SQL, whatever it contains.</summary>
    public static string Identifier(string name) => SqlSession.Identifier(name);

    private static string Columns(MySqlSnapshotTable table)
    {
        var text = new StringBuilder();
        for (var i = 0; i < table.Readable.Map.ColumnCount; i++)
        {
            ref readonly var column = ref table.Readable.Map.Columns[i];
            text.Append(i == 0 ? "" : ",").Append(SelectedColumn.Expression(column, Identifier(table.Definition.Columns[i].Name)));
        }

        return text.ToString();
    }

    private static string Where(List<string> terms) => terms.Count == 0 ? "" : $" WHERE {string.Join(" AND ", terms)}";

    /// <summary>Without a condition, nothing is better than the key. With one, the server may know a better index.</summary>
    private string Index(string? condition)
        => condition is null && table is { HasPrimaryKey: true, HasOtherOrder: false } ? " FORCE INDEX (PRIMARY)" : "";

    private string Order(string direction) => _order.Length == 0 ? ""
        : $" ORDER BY {string.Join(',', _order.Select(name => name + direction))}";

    /// <summary>A comparison of a whole place, written out: servers do not use an index for a comparison of rows.</summary>
    /// <param name="literals">The values, one for each column.</param>
    /// <param name="comparison">Greater or less than.</param>
    /// <param name="isInclusive">True if the key itself belongs to the result.</param>
    private string Beyond(string[] literals, char comparison, bool isInclusive)
    {
        var text = new StringBuilder("(");
        for (var last = 0; last < literals.Length; last++)
        {
            text.Append(last == 0 ? "(" : " OR (");
            for (var i = 0; i < last; i++)
            {
                text.Append(_order[i]).Append('=').Append(literals[i]).Append(" AND ");
            }

            text.Append(_order[last]).Append(comparison).Append(isInclusive && last == literals.Length - 1 ? "=" : "")
                .Append(literals[last]).Append(')');
        }

        return text.Append(')').ToString();
    }
}
