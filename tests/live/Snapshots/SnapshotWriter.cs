using System.Globalization;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Makes tables with keys of different types, and changes them at random.</summary>
public sealed class SnapshotWriter(Random random, SqlSession session)
{
    /// <summary>The table of the mark that ends the history.</summary>
    public const string Marks = "marks";

    private const int Keys = 700;

    private static readonly (string Name, string Definition, string[] Key)[] _tables =
    [
        ("numbers", "id INT NOT NULL AUTO_INCREMENT PRIMARY KEY", ["id"]),
        ("pairs", "a SMALLINT NOT NULL, b VARCHAR(20) CHARACTER SET latin1 NOT NULL, PRIMARY KEY (b, a)", ["a", "b"]),
        ("words", "w VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY", ["w"]),
        ("bytes", "k VARBINARY(12) NOT NULL PRIMARY KEY", ["k"]),
        ("padded", "k BINARY(6) NOT NULL PRIMARY KEY", ["k"]),
        ("times", "d DATETIME(3) NOT NULL PRIMARY KEY", ["d"]),
        ("uniques", "u BIGINT UNSIGNED NOT NULL, UNIQUE KEY (u)", ["u"]),
    ];

    /// <summary>Number of statements so far.</summary>
    public int Statements { get; private set; }

    /// <summary>The names of all tables.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _tables.Select(static table => table.Name), Marks];

    /// <summary>Makes and fills the tables.</summary>
    public async Task BeginAsync(int rows)
    {
        foreach ((string name, string definition, _) in _tables)
        {
            await session.ExecuteAsync($"CREATE TABLE {name} (v INT NULL, n VARCHAR(50) CHARACTER SET utf8mb4 NULL, {definition}) "
                + "ENGINE=InnoDB");
            await FillAsync(name, rows);
        }

        await session.ExecuteAsync($"CREATE TABLE {Marks} (id INT PRIMARY KEY) ENGINE=InnoDB");
    }

    /// <summary>Executes one random transaction.</summary>
    /// <param name="mayPrepare">True if it may be an XA transaction. One that is prepared before the first start is not in the
    /// stream.</param>
    /// <param name="mayTruncate">True if it may truncate a table.</param>
    public async Task StepAsync(bool mayPrepare = false, bool mayTruncate = true)
    {
        if (mayTruncate && random.Next(300) == 0)
        {
            string name = _tables[random.Next(_tables.Length)].Name;
            await ExecuteAsync($"TRUNCATE TABLE {name}");
            await FillAsync(name, random.Next(200));
            return;
        }

        string sql = string.Join(';', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Statement()));
        if (mayPrepare && random.Next(15) == 0)
        {
            string xid = string.Create(CultureInfo.InvariantCulture, $"'snapshot{Statements}'");
            if (!await ExecuteAsync($"XA START {xid};{sql};XA END {xid};XA PREPARE {xid}"))
            {
                await session.ExecuteAsync($"XA ROLLBACK {xid}");
                return;
            }

            await Task.Delay(random.Next(20));
            await ExecuteAsync($"XA {(random.Next(3) == 0 ? "ROLLBACK" : "COMMIT")} {xid}");
            return;
        }

        await ExecuteAsync(random.Next(2) == 0 ? sql : $"BEGIN;{sql};{(random.Next(10) == 0 ? "ROLLBACK" : "COMMIT")}");
    }

    /// <summary>Ends the history.</summary>
    public Task EndAsync() => ExecuteAsync($"INSERT INTO {Marks} VALUES (1)");

    private string Statement()
    {
        (string name, _, string[] key) = _tables[random.Next(_tables.Length)];
        string value = string.Create(CultureInfo.InvariantCulture, $"{random.Next(1_000_000)}");
        switch (random.Next(10))
        {
            case < 3:
                return $"REPLACE INTO {name} (v, n, {string.Join(", ", key)}) VALUES ({value}, 'é{value}', {Values(name)})";
            case < 6:
                return $"UPDATE {name} SET v = {value} WHERE {Where(name, key)}";
            case 6:
                return $"UPDATE {name} SET n = NULL WHERE {Where(name, key)}";
            case 7:
                return $"UPDATE IGNORE {name} SET {string.Join(", ", key.Zip(Split(Values(name)), (column, to) => $"{column} = {to}"))} "
                    + $"WHERE {Where(name, key)}";
            default:
                return $"DELETE FROM {name} WHERE {Where(name, key)}";
        }
    }

    private string Where(string name, string[] key)
        => string.Join(" AND ", key.Zip(Split(Values(name)), (column, value) => $"{column} = {value}"));

    private static string[] Split(string values) => values.Split(", ");

    private string Values(string name) => ValuesOf(name, random.Next(Keys), random);

    private static string ValuesOf(string name, int key, Random random) => name switch
    {
        "numbers" => string.Create(CultureInfo.InvariantCulture, $"{(key * 7) - 300}").Replace("-0", "1", StringComparison.Ordinal),
        "pairs" => string.Create(CultureInfo.InvariantCulture, $"{key % 40}, 'b{key / 40}{(key % 3 == 0 ? "ÿ" : "")}'"),
        "words" => string.Create(CultureInfo.InvariantCulture,
            $"'{(random.Next(2) == 0 ? "Wört" : "wORT")}{key}{(key % 5 == 0 ? "😀" : "")}'"),
        "bytes" => string.Create(CultureInfo.InvariantCulture, $"x'{key % 256:X2}00{key:X4}{(key % 2 == 0 ? "00" : "")}'"),
        "padded" => string.Create(CultureInfo.InvariantCulture, $"x'{key:X4}{(key % 3 == 0 ? 0 : 0x20):X2}000000'"),
        "times" => string.Create(CultureInfo.InvariantCulture, $"'20{key % 30:00}-02-{1 + (key % 28):00} 10:00:{key % 60:00}.{key:000}'"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{18446744073709551615UL - ((ulong)key * 1_000_000_007)}"),
    };

    private async Task FillAsync(string name, int rows)
    {
        string[] key = _tables.Single(table => table.Name == name).Key;
        for (int from = 0; from < rows; from += 100)
        {
            await ExecuteAsync($"REPLACE INTO {name} (v, n, {string.Join(", ", key)}) VALUES " + string.Join(", ",
                Enumerable.Range(from, Math.Min(100, rows - from)).Select(row => string.Create(CultureInfo.InvariantCulture,
                    $"({row}, 'n{row}', {ValuesOf(name, row, random)})"))));
        }
    }

    /// <summary>Executes statements. False if the server has rolled them back: chunks that are read with locks may deadlock with
    /// them.</summary>
    private async Task<bool> ExecuteAsync(string sql)
    {
        Statements++;
        try
        {
            await session.ExecuteAsync(sql);
            return true;
        }
        catch (SqlStatementException e) when (e.IsDeadlock)
        {
            return false;
        }
    }
}
