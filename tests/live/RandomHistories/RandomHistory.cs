using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.RandomHistories;

/// <summary>
/// Writes a history of statements that a seed determines: rows and definitions of several tables in two databases. Statements that the
/// server rejects are counted and have no effect; what happens to whole tables is marked for <see cref="StateReplay"/>.
/// </summary>
public sealed partial class RandomHistory(Random random, SqlSession session, ServerKind kind, string database)
{
    private const int MostTables = 8;

    private readonly IReadOnlyList<ColumnKind> _kinds = ColumnKind.Of(kind);
    private readonly string[] _databases = [database, database + "_two"];
    private readonly List<ModelTable> _tables = [];
    private int _names;

    /// <summary>Number of statements sent, not counting marks and touches.</summary>
    public int Statements { get; private set; }

    /// <summary>Number of statements that the server rejected.</summary>
    public int Refused { get; private set; }

    /// <summary>The last statements, the newest last.</summary>
    public Queue<string> Latest { get; } = [];

    /// <summary>Why the server rejected statements.</summary>
    public List<string> Refusals { get; } = [];

    /// <summary>Creates the databases and the first tables.</summary>
    public async Task BeginAsync()
    {
        await session.ExecuteAsync("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', time_zone = "
            + $"'+00:00'; {StateReplay.CreateMarks(database)}; CREATE DATABASE {_databases[1]}");
        for (int i = 0; i < 4; i++)
        {
            await CreateAsync();
        }
    }

    /// <summary>Does one random thing.</summary>
    public Task StepAsync()
    {
        if (_tables.Count == 0)
        {
            return CreateAsync();
        }

        return random.Next(100) switch
        {
            < 24 => InsertAsync(),
            < 42 => UpdateAsync(),
            < 50 => DeleteAsync(),
            < 54 => ReplaceAsync(),
            < 59 => KeyChangeAsync(),
            < 67 => TransactionAsync(),
            < 70 => CreateAsync(),
            < 72 => DropAsync(),
            < 73 => TruncateAsync(),
            < 86 => AlterAsync(),
            < 89 => RenameAsync(),
            < 92 => SwapAsync(),
            < 94 => LikeAsync(),
            < 95 => CopyAsync(),
            < 96 => NoEffectAsync(),
            < 97 => DoAsync("FLUSH BINARY LOGS"),
            _ => DoAsync($"SET SESSION binlog_row_image = '{Any(["FULL", "MINIMAL", "NOBLOB"])}'"),
        };
    }

    /// <summary>Writes a mark for which the reader can wait.</summary>
    public Task MarkAsync(string what) => session.ExecuteAsync(StateReplay.Mark(database, what));

    private T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private ModelTable AnyTable() => Any(_tables);

    private string Literal(ColumnKind type) => random.Next(6) == 0 ? "NULL" : type.Draw(random);

    private async Task<bool> DoAsync(string sql)
    {
        Statements++;
        Latest.Enqueue(sql);
        if (Latest.Count > 15)
        {
            Latest.Dequeue();
        }

        try
        {
            await session.ExecuteAsync(sql);
            return true;
        }
        catch (SqlStatementException e) when (e.Code is > 0 and < 2000 or > 3000)
        {
            Refused++;
            Refusals.Add($"{sql}: {e.Message.Trim()}");
            return false;
        }
    }

    private async Task InsertAsync()
    {
        ModelTable table = AnyTable();
        string rows = string.Join(", ", Enumerable.Range(0, random.Next(1, 6)).Select(_ => Row(table, table.NextId++)));
        await DoAsync($"INSERT INTO {table.FullName} ({ColumnList(table)}) VALUES {rows}"
            + (table.HasKey && random.Next(8) == 0 ? " ON DUPLICATE KEY UPDATE touch = touch + 1" : ""));
    }

    private async Task ReplaceAsync()
    {
        ModelTable table = AnyTable();
        await DoAsync($"REPLACE INTO {table.FullName} ({ColumnList(table)}) "
            + $"VALUES {Row(table, random.Next(1, table.NextId + 2))}, {Row(table, table.NextId++ + 2)}");
        table.NextId += 3;
    }

    private Task<bool> UpdateAsync()
    {
        ModelTable table = AnyTable();
        string set = "touch = touch + 1";
        if (table.Columns.Count > 0)
        {
            foreach (ModelColumn column in table.Columns.Where(_ => random.Next(3) == 0))
            {
                set += $", `{column.Name}` = {Literal(column.Type)}";
            }
        }

        return DoAsync($"UPDATE {table.FullName} SET {set}{Where(table)}");
    }

    private Task<bool> DeleteAsync()
    {
        ModelTable table = AnyTable();
        return DoAsync($"DELETE FROM {table.FullName} WHERE id % {random.Next(3, 12)} = {random.Next(0, 3)}");
    }

    private Task<bool> KeyChangeAsync()
    {
        ModelTable table = AnyTable();
        int by = table.NextId + 10;
        string sql = random.Next(3) switch
        {
            0 => $"UPDATE {table.FullName} SET id = id + 1 ORDER BY id DESC",
            1 => $"UPDATE {table.FullName} SET id = id - 1, touch = touch + 1 ORDER BY id",
            _ => $"UPDATE {table.FullName} SET id = id + {by}{Where(table)}",
        };

        table.NextId += by;
        return DoAsync(sql);
    }

    private async Task TransactionAsync()
    {
        await DoAsync("BEGIN");
        bool hasSavepoint = false;
        int steps = random.Next(1, 7);
        for (int i = 0; i < steps; i++)
        {
            await (random.Next(10) switch
            {
                < 4 => InsertAsync(),
                < 6 => UpdateAsync(),
                < 7 => DeleteAsync(),
                < 8 => KeyChangeAsync(),
                < 9 => DoAsync(hasSavepoint ? "ROLLBACK TO s" : "SAVEPOINT s"),
                _ => hasSavepoint ? DoAsync("RELEASE SAVEPOINT s") : DoAsync("SAVEPOINT s"),
            });
            string last = Latest.Last();
            hasSavepoint = last is "SAVEPOINT s" or "ROLLBACK TO s" || (hasSavepoint && last != "RELEASE SAVEPOINT s");
        }

        await DoAsync(random.Next(4) == 0 ? "ROLLBACK" : "COMMIT");
    }

    private string Where(ModelTable table) => random.Next(3) switch
    {
        0 => "",
        1 => $" WHERE id % {random.Next(2, 5)} = 0",
        _ => $" WHERE id <= {random.Next(1, table.NextId + 1)}",
    };

    // Every column: a minimal row image omits those that the statement does not name, and nothing gives their defaults.
    private static string ColumnList(ModelTable table)
        => string.Join(", ", ["id", "touch", .. table.Columns.Select(column => $"`{column.Name}`")]);

    private string Row(ModelTable table, int id)
        => $"({string.Join(", ", [$"{id}", "0", .. table.Columns.Select(column => Literal(column.Type))])})";
}
