using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>Writes random transactions to a server that may disappear at any moment, until it is stopped.</summary>
/// <param name="server">The server.</param>
/// <param name="database">The captured database; <c>not_</c> and its name is another that is not captured.</param>
/// <param name="isTruncateAtomic">False for a server that, killed inside a TRUNCATE, may leave the table empty and the log without the
/// statement, as <see cref="KilledTruncateTests"/> shows. The writer then executes an interrupted TRUNCATE again, so that log and table
/// agree in the end.</param>
/// <param name="random">Decides.</param>
public sealed class FaultWorkload(MySqlTestServer server, string database, bool isTruncateAtomic, Random random)
{
    private static readonly string[] _tables = ["a", "b", "c", "d"];
    private readonly Dictionary<string, List<string>> _extras = _tables.ToDictionary(table => table, _ => new List<string>());
    private int _next = 1;
    private int _names;
    private bool _isSessionOver;
    private string? _interruptedTruncate;

    /// <summary>Number of calls that the server executed, at least in part.</summary>
    public int Steps { get; private set; }

    /// <summary>Creates both databases' tables.</summary>
    public Task CreateAsync()
    {
        const string Rest = "p INT, q INT, v VARCHAR(4000)";
        return server.ExecuteAsync($"""
            USE {database};
            CREATE TABLE a (id INT PRIMARY KEY, {Rest});
            CREATE TABLE b (id INT, k VARCHAR(20), {Rest}, PRIMARY KEY (k, id));
            CREATE TABLE c (id INT NOT NULL, {Rest});
            CREATE TABLE d ({Rest}, id INT PRIMARY KEY);
            CREATE TABLE x (id INT PRIMARY KEY, {Rest});
            CREATE TABLE mark (id INT PRIMARY KEY);
            CREATE DATABASE not_{database};
            CREATE TABLE not_{database}.a (id INT PRIMARY KEY AUTO_INCREMENT, v TEXT);
            """);
    }

    /// <summary>Writes until the token is cancelled. A call that fails with its connection is not repeated, except for a TRUNCATE that is
    /// not atomic: if it was executed, the log and the tables say.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        SqlSession? session = null;
        while (!stop.IsCancellationRequested)
        {
            string step = "";
            try
            {
                session ??= await OpenAsync();
                step = _interruptedTruncate ?? Step();
                await session.ExecuteAsync(step, CancellationToken.None);
                _interruptedTruncate = null;
                Steps++;
            }
            catch (SqlStatementException e) when (e.Code is > 0 and < 2000 or (> 3000 and not 4031))
            {
                // Rejected, such as a key that already exists; what else the call had was executed.
                Steps++;
            }
            catch (SqlStatementException)
            {
                _isSessionOver = true;
                if (!isTruncateAtomic && step.StartsWith("TRUNCATE", StringComparison.Ordinal))
                {
                    _interruptedTruncate = step;
                }
            }

            if (_isSessionOver && session is not null)
            {
                await session.DisposeAsync();
                session = null;
            }

            _isSessionOver = false;

            await Task.Delay(random.Next(1, 40), CancellationToken.None);
        }

        if (session is not null)
        {
            await session.DisposeAsync();
        }
    }

    /// <summary>Ends the XA transactions that are still prepared, and writes the mark that ends the history.</summary>
    public async Task FinishAsync()
    {
        foreach (string?[] row in await server.QueryAsync("XA RECOVER"))
        {
            await server.ExecuteAsync($"XA {Any(["COMMIT", "ROLLBACK"])} '{row[3]}'");
        }

        await server.ExecuteAsync($"{_interruptedTruncate}; INSERT INTO mark VALUES (1)", database);
    }

    private async Task<SqlSession> OpenAsync()
    {
        SqlSession session = await server.OpenSessionAsync(database);
        await session.ExecuteAsync("SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1, sql_mode = ''");
        return session;
    }

    private string Step() => random.Next(100) switch
    {
        < 20 => Insert(),
        < 35 => Update(),
        < 42 => Delete(),
        < 50 => ChangeKey(),
        < 72 => Transaction(),
        < 76 => Large(),
        < 81 => Xa(),
        < 86 => Alter(),
        < 88 => $"TRUNCATE TABLE {Any(["c", "d"])}",
        < 90 => "FLUSH BINARY LOGS",
        < 93 => $"SET SESSION binlog_row_image = '{Any(["FULL", "MINIMAL", "NOBLOB"])}'",
        _ => $"INSERT INTO not_{database}.a (v) VALUES ('not captured'), ('either')",
    };

    private string Insert()
    {
        string table = Any(_tables);
        return $"INSERT INTO {Into(table)} "
            + $"VALUES {string.Join(", ", Enumerable.Range(0, random.Next(1, 6)).Select(_ => Row(table, _next++)))}";
    }

    private string Update()
    {
        string table = Any(_tables);
        string set = _extras[table] is { Count: > 0 } extras && random.Next(2) == 0 ? $", {Any(extras)} = {random.Next(1000)}" : "";
        return $"UPDATE {table} SET p = {random.Next(1000)}{set}{(random.Next(2) == 0 ? $", v = {Word()}" : "")} WHERE id "
            + $"% {random.Next(3, 20)} = 0";
    }

    private string Delete() => $"DELETE FROM {Any(_tables)} WHERE id % {random.Next(5, 30)} = {random.Next(3)}";

    private string ChangeKey() => random.Next(3) switch
    {
        0 => $"UPDATE a SET id = id + 1 WHERE id % {random.Next(4, 20)} = 0 ORDER BY id DESC",
        1 => $"UPDATE b SET k = CONCAT('m', id % 7), q = {random.Next(1000)} WHERE id % {random.Next(4, 20)} = 0",
        _ => $"UPDATE d SET id = {_next += 1000} WHERE id % {random.Next(4, 20)} = 0 LIMIT 1",
    };

    private string Transaction()
    {
        var parts = new List<string> { "BEGIN" };
        bool hasSavepoint = false;
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            parts.Add(random.Next(12) switch
            {
                < 5 => Insert(),
                < 7 => Update(),
                < 8 => Delete(),
                < 9 => ChangeKey(),
                < 11 when hasSavepoint => "ROLLBACK TO s",
                _ => "SAVEPOINT s",
            });
            hasSavepoint |= parts[^1] == "SAVEPOINT s";
        }

        parts.Add(random.Next(5) == 0 ? "ROLLBACK" : "COMMIT");
        return string.Join("; ", parts);
    }

    private string Large()
    {
        int rows = random.Next(30, 150);
        string table = Any(_tables);
        string values = string.Join(", ", Enumerable.Range(0, rows).Select(_ => Row(table, _next++)));
        return random.Next(2) == 0
            ? $"BEGIN; INSERT INTO {Into(table)} VALUES {values}; UPDATE {table} SET v = REPEAT('w', 3000) WHERE id "
                + $"> {_next - rows}; COMMIT"
            : $"BEGIN; INSERT INTO {Into(table)} VALUES {values}; DELETE FROM {table} WHERE id > {_next - rows / 2}; COMMIT";
    }

    // A prepared transaction is ended at once, or by a later step: its connection may be gone by then.
    private string Xa()
    {
        if (random.Next(3) == 0 && _names > 0)
        {
            return $"XA {Any(["COMMIT", "COMMIT", "ROLLBACK"])} '{database}{random.Next(1, _names + 1)}'";
        }

        string name = $"'{database}{++_names}'";
        string end = random.Next(3) switch { 0 => $"; XA COMMIT {name}", 1 => $"; XA ROLLBACK {name}", _ => "" };
        string rows = string.Join(", ", Enumerable.Range(0, random.Next(1, 5)).Select(_ => Row("x", _next++)));
        _isSessionOver = end.Length == 0;
        return $"XA START {name}; INSERT INTO {Into("x")} VALUES {rows}; XA END {name}; XA PREPARE {name}{end}";
    }

    private string Alter()
    {
        string table = Any(_tables);
        List<string> extras = _extras[table];
        switch (random.Next(4))
        {
            case 0 when extras.Count > 0:
                string name = Any(extras);
                extras.Remove(name);
                return $"ALTER TABLE {table} DROP COLUMN {name}";
            case 1:
                return $"ALTER TABLE {table} MODIFY p INT AFTER q";
            case 2:
                return $"ALTER TABLE {table} MODIFY q INT AFTER p";
            default:
                extras.Add($"e{++_names}");
                return $"ALTER TABLE {table} ADD COLUMN {extras[^1]} INT {Any(["FIRST", "AFTER p", ""])}";
        }
    }

    private string Row(string table, int id) => table == "b"
        ? $"({id}, 'k{id % 5}', {random.Next(1000)}, {random.Next(1000)}, {Word()})"
        : $"({id}, {random.Next(1000)}, {random.Next(1000)}, {Word()})";

    private static string Into(string table) => table == "b" ? "b (id, k, p, q, v)" : $"{table} (id, p, q, v)";

    private string Word()
        => random.Next(4) switch { 0 => "NULL", 1 => $"REPEAT('{(char)random.Next('a', 'z')}', {random.Next(60)})", _ => "'größe'" };

    private T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
