using System.Globalization;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>Sends random statements to a server and records what the server's information_schema says after each.</summary>
/// <param name="words">Draws words.</param>
/// <param name="server">The server, which some statements crash: it is started again.</param>
/// <param name="kind">The kind of the server.</param>
/// <param name="database">The default database; a second one and that of the marks are named after it.</param>
public sealed class GrammarHistory(GrammarWords words, MySqlTestServer server, ServerKind kind, string database) : IAsyncDisposable
{
    private const int StatementsOfOneSession = 60;

    private readonly List<GrammarStep> _steps = [];
    private readonly Dictionary<string, int> _began = new(StringComparer.Ordinal);
    private readonly StatementGrammar _grammar = new(words, kind, [database, database + "_2"]);
    private SqlSession? _session;
    private GrammarSchemas? _schemas;

    /// <summary>Number of statements that crashed the server.</summary>
    public int Crashes { get; private set; }

    private SqlSession Session => _session ?? throw new InvalidOperationException("BeginAsync has not been called.");

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<GrammarStep> Steps => _steps;

    /// <summary>Creates the databases.</summary>
    public async Task BeginAsync()
    {
        await ConnectAsync();
        await Session.ExecuteAsync(
            $"CREATE DATABASE {database} CHARACTER SET utf8mb4; CREATE DATABASE {database}_marks; CREATE TABLE {database}_marks.marks (n "
                + $"INT PRIMARY KEY); USE {database}; CREATE DATABASE {database}_2");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            await session.DisposeAsync();
        }
    }

    /// <summary>Sends one statement, then a row for each table that it changed.</summary>
    public async Task StepAsync()
    {
        try
        {
            await TryStepAsync();
        }
        catch (SqlStatementException e) when (IsLostConnection(e))
        {
            // Random statements find defects of the servers too. What is in the log counts.
            Crashes++;
            await server.RestartAsync();
            await DisposeAsync();
            await ConnectAsync();
            await Session.ExecuteAsync($"USE {database}; {_grammar.Settings()}");
        }
    }

    private static bool IsLostConnection(SqlStatementException e) => e.Code is >= 2000 and < 3000;

    private async Task ConnectAsync()
    {
        _session = await server.OpenSessionAsync();
        _schemas = new GrammarSchemas(_session, kind, [database, database + "_2"]);
    }

    private async Task TryStepAsync()
    {
        if (_steps.Count % StatementsOfOneSession == 0)
        {
            string settings = _grammar.Settings();
            await Session.ExecuteAsync(settings);
        }

        string sql = _grammar.Next();
        string? error = null;
        try
        {
            await Session.ExecuteAsync(sql);
        }
        catch (SqlStatementException e) when (!IsLostConnection(e))
        {
            error = e.Message.Trim();
        }

        Dictionary<string, GrammarTable> before = _steps.Count == 0 ? [] : new(_steps[^1].Tables, StringComparer.Ordinal);
        Dictionary<string, GrammarTable> after = _schemas is null ? [] : await _schemas.ReadAsync();
        _grammar.Tables = [.. after.Values];
        int number = _steps.Count;
        foreach (string name in _began.Keys.Where(name => !after.ContainsKey(name)).ToArray())
        {
            _began.Remove(name);
        }

        foreach (string name in after.Keys.Where(name => before.GetValueOrDefault(name) is not { } table
            || (sql.Contains("OR REPLACE", StringComparison.Ordinal) && table.Description != after[name].Description)))
        {
            _began[name] = number;
        }

        var rows = new Dictionary<string, IReadOnlyList<Dictionary<string, string>>>(StringComparer.Ordinal);
        foreach (GrammarTable table in after.Values.Where(table
            => before.GetValueOrDefault(table.FullName)?.Description != table.Description || words.OneIn(20)))
        {
            rows[table.FullName] = await InsertAsync(table);
        }

        await Session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {database}_marks.marks VALUES ({number})"));
        _steps.Add(new GrammarStep(number, sql, error, after, rows, new Dictionary<string, int>(_began)));
    }

    private async Task<IReadOnlyList<Dictionary<string, string>>> InsertAsync(GrammarTable table)
    {
        GrammarColumn[] columns = [.. table.Columns.Where(column => !column.IsGenerated)];
        string names = string.Join(", ", columns.Select(column => $"`{column.Name.Replace("`", "``", StringComparison.Ordinal)}`"));
        string values = string.Join(", ", columns.Select((column, i) => Value(column, i)));
        try
        {
            await Session.ExecuteAsync($"INSERT IGNORE INTO {table.Quoted} ({names}) VALUES ({values})");
            ServerColumn[] all = [.. table.Columns.Select(column => column.Values)];
            IReadOnlyList<string?[]> printed = await Session.QueryAsync($"SELECT 1, "
                + $"{string.Join(", ", all.Select(column => column.Expression))} FROM {table.Quoted} LIMIT 50");
            if (!words.OneIn(4))
            {
                await Session.ExecuteAsync($"DELETE FROM {table.Quoted}");
            }

            return [.. printed.Select(row => all.Select((column, i) => (column.Name, Text: CanonicalText.OfServer(row[i + 1],
                column))).ToDictionary(pair => pair.Name, pair => pair.Text))];
        }
        catch (SqlStatementException e) when (!IsLostConnection(e))
        {
            // A key, a constraint or a sequence: other tables have rows.
            return [];
        }
    }

    /// <summary>A number that distinguishes the columns of one row.</summary>
    private static string Value(GrammarColumn column, int place)
    {
        string number = (place + 1).ToString(CultureInfo.InvariantCulture);
        return column.DataType switch
        {
            "enum" => "1",
            "set" => "1",
            "date" => "'2001-01-0" + (1 + (place % 9)) + "'",
            "datetime" or "timestamp" => "'2001-01-01 00:00:0" + (place % 9) + "'",
            "year" => "'200" + (place % 9) + "'",
            "json" => $"'[{number}]'",
            "uuid" => $"'00000000-0000-1000-8000-00000000000{place % 9}'",
            "inet4" => $"'1.2.3.{number}'",
            "inet6" => $"'::{number}'",
            "bit" => "b'1'",
            "vector" => "NULL",
            "point" or "geometry" => "ST_GeomFromText('POINT(1 2)')",
            _ when column.Values.Form == ColumnForm.Bytes && column.DataType.Contains("geo", StringComparison.Ordinal) => "NULL",
            _ when column.Values.Form is ColumnForm.Text or ColumnForm.Bytes => $"'{number}'",
            _ => number,
        };
    }
}
