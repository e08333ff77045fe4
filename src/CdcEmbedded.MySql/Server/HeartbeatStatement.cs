using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Server;

/// <summary>The statement that writes a heartbeat (R80), checked when the source is created. Immutable.</summary>
internal sealed class HeartbeatStatement
{
    private static readonly string[] _explained = ["INSERT", "UPDATE", "REPLACE", "DELETE"];
    private readonly string? _statement;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public HeartbeatStatement(HeartbeatWriteOptions options)
    {
        const string Prefix = nameof(MySqlSourceOptions.HeartbeatWrite) + ".";
        if (string.IsNullOrWhiteSpace(options.Table))
        {
            throw new ArgumentException($"{Prefix}Table is empty; it must be database.table.");
        }

        var pattern = new TableFilter([options.Table], []).Include[0];
        if (pattern is not { LiteralDatabase: { } database, LiteralTable: { } table })
        {
            throw new ArgumentException($"{Prefix}Table is '{options.Table}'; it must be database.table without wildcards.");
        }

        if (options.Statement is { } statement && string.IsNullOrWhiteSpace(statement))
        {
            throw new ArgumentException($"{Prefix}Statement is blank; leave it unset for the default statement.");
        }

        _statement = options.Statement;
        Table = options.Table;
        Name = $"{SqlSession.Identifier(database)}.{SqlSession.Identifier(table)}";
        Interval = options.Interval;
    }

    /// <summary>The table, as a pattern.</summary>
    public string Table { get; }

    /// <summary>The table, as SQL names it.</summary>
    public string Name { get; }

    public TimeSpan Interval { get; }

    /// <summary>Executes it.</summary>
    /// <exception cref="CdcException">The server refused it.</exception>
    public async ValueTask WriteAsync(SqlSession session, string engine, CancellationToken cancellationToken)
    {
        // A server may have switched it off for new connections.
        await session.QueryAsync("SET SESSION autocommit=1", cancellationToken).ConfigureAwait(false);
        await session.QueryAsync(Sql, [("@name", engine)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the server to explain the statement, which takes the same privileges and the same table and columns as executing it,
    /// and writes nothing.</summary>
    /// <returns>What is missing; null if nothing is, or if the server explains no statement of this kind.</returns>
    public async ValueTask<SourceFinding?> FindAsync(SqlSession session, string engine, CancellationToken cancellationToken)
    {
        if (!Array.Exists(_explained, verb => Sql.AsSpan().TrimStart().StartsWith(verb, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        try
        {
            await session.QueryAsync("EXPLAIN " + Sql, [("@name", engine)], cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (CdcServerException e) when (!e.IsTransient)
        {
            return new(false, "mysql.heartbeat_write", $"The heartbeat cannot be written: {e.Message}", Remedy(e.Code));
        }
    }

    private string Sql => _statement ?? $"INSERT INTO {Name} (name, written_at) VALUES (@name, UTC_TIMESTAMP(6)) "
        + "ON DUPLICATE KEY UPDATE written_at = UTC_TIMESTAMP(6)";

    private string Remedy(int code)
    {
        // ER_NO_SUCH_TABLE, ER_BAD_DB_ERROR, ER_BAD_FIELD_ERROR, ER_OPTION_PREVENTS_STATEMENT
        const int NoTable = 1146, NoDatabase = 1049, NoColumn = 1054, ReadOnly = 1290;
        if (code == ReadOnly)
        {
            return "Set HeartbeatWrite where the primary is read, or let an event of the primary's scheduler write the table.";
        }

        var create = _statement is null && code is NoTable or NoDatabase or NoColumn
            ? $"CREATE TABLE {Name} (name VARCHAR(190) PRIMARY KEY, written_at DATETIME(6) NOT NULL); " : "";
        return $"{create}GRANT INSERT, UPDATE ON {Name} TO <user>;";
    }
}
