using System.Text;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Verification;

/// <summary>The statements of a <see cref="DbTableCopy"/>. Names are quoted; every value is a parameter.</summary>
internal sealed class DbCopySql
{
    private const int MaxKeys = 512;
    private readonly DbOffsetDialect _dialect;
    private readonly string[] _keys;

    public DbCopySql(DbOffsetDialect dialect, string table, IReadOnlyList<string> keys)
    {
        _dialect = dialect;
        _keys = [.. keys.Select(Quote)];
        Table = string.Join('.', table.Split('.').Select(Quote));
        KeysOfStatement = Math.Max(1, Math.Min(MaxKeys, 2000 / _keys.Length));
    }

    public string Table { get; }

    /// <summary>How many keys a statement takes: the fewest parameters that a database allows are 2,100.</summary>
    public int KeysOfStatement { get; }

    /// <summary>True if the provider may return numbers as truth values.</summary>
    public bool HasTinyBooleans => _dialect == DbOffsetDialect.MySql;

    /// <summary>A statement for each connection: MySQL converts TIMESTAMP to the session's time zone. Null for none.</summary>
    public string? Prepare => _dialect == DbOffsetDialect.MySql ? "SET time_zone = '+00:00'" : null;

    /// <summary>Selects the key columns of no row.</summary>
    public string Nothing => $"SELECT {string.Join(", ", _keys)} FROM {Table} WHERE 1 = 0";

    /// <summary>Selects the rows with some keys.</summary>
    public string Select(int count)
    {
        var sql = new StringBuilder($"SELECT * FROM {Table} WHERE ");
        if (_keys.Length == 1)
        {
            sql.Append(_keys[0]).Append(" IN (").AppendJoin(',', Enumerable.Range(0, count).Select(static i => $"@p{i}")).Append(')');
            return sql.ToString();
        }

        for (var i = 0; i < count; i++)
        {
            sql.Append(i == 0 ? "(" : " OR (");
            for (var k = 0; k < _keys.Length; k++)
            {
                sql.Append(k == 0 ? "" : " AND ").Append(_keys[k]).Append(" = @p").Append((i * _keys.Length) + k);
            }

            sql.Append(')');
        }

        return sql.ToString();
    }

    /// <summary>Selects the next keys in the copy's order.</summary>
    public string Page(bool isAfter, int count)
    {
        var sql = new StringBuilder($"SELECT {string.Join(", ", _keys)} FROM {Table}");
        for (var i = 0; isAfter && i < _keys.Length; i++)
        {
            sql.Append(i == 0 ? " WHERE (" : " OR (");
            for (var k = 0; k <= i; k++)
            {
                sql.Append(k == 0 ? "" : " AND ").Append(_keys[k]).Append(k == i ? " > @p" : " = @p").Append(k);
            }

            sql.Append(')');
        }

        sql.Append($" ORDER BY {string.Join(", ", _keys)}");
        sql.Append(_dialect == DbOffsetDialect.SqlServer ? $" OFFSET 0 ROWS FETCH NEXT {count} ROWS ONLY" : $" LIMIT {count}");
        return sql.ToString();
    }

    private string Quote(string name) => _dialect switch
    {
        DbOffsetDialect.MySql => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`",
        DbOffsetDialect.SqlServer => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]",
        _ => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
    };
}
