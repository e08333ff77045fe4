using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;
using MySqlConnector;

namespace CdcEmbedded.Benchmarks;

/// <summary>How fast a snapshot reads a table, against a bare loop of MySqlConnector over the same SELECT.</summary>
internal static class SnapshotRead
{
    /// <summary>Runs and prints.</summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="scale">Percent of a million narrow rows, and of 30,000 wide ones.</param>
    /// <param name="warm">Rounds before those.</param>
    /// <param name="part">Part of the names of the ways to run, beside the bare loop; with a workload's name before it, only that.</param>
    public static async Task RunAsync(int rounds, int scale, int warm, string part)
    {
        Console.WriteLine("Starting MySQL 9.7 and writing the tables …");
        await using var server = await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
        await server.ExecuteFileAsync(Path.Combine(AppContext.BaseDirectory, "workloads", "schema.sql"));

        // Without statistics the server takes a range of many rows for one of one row, and reads it row by row.
        await server.ExecuteAsync($"SET SESSION sql_log_bin=0; CALL w1({100 * scale}); CALL w2({30 * scale}); ANALYZE TABLE narrow, wide",
            "cdcbench");
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["cdcbench.*"] });
        Console.WriteLine($"{rounds} rounds after {warm} warm ones; CPU of this process a row: median (least); ratio of medians (of least) "
            + $"to the bare loop; bytes allocated a row; {Environment.ProcessorCount} processors");
        foreach (var (workload, table) in ((string, string)[])[("W1", "narrow"), ("W2", "wide")])
        {
            var rows = int.Parse((await server.QueryAsync($"SELECT COUNT(*) FROM cdcbench.{table}"))[0][0] ?? "",
                System.Globalization.CultureInfo.InvariantCulture);
            List<Way> ways = [];
            void Add(string name, Func<Task<long>> run) => ways.Add(new Way($"{workload}, {name}", run, server.ProcessId));
            Add("bare loop, text protocol", () => workload == "W1" ? BareAsync(server, false) : BareWideAsync(server));
            if (workload == "W1")
            {
                Add("bare loop, prepared", () => BareAsync(server, true));
            }

            Add("consistent view", () => SnapshotLoop.ViewAsync(source, table, 1));
            Add("consistent view, no value read", () => SnapshotLoop.ViewAsync(source, table, 1, false));
            Add("chunks of 10,000", () => SnapshotLoop.ChunksAsync(source, table));
            foreach (var readers in (int[])[1, 2, 4])
            {
                Add($"engine, {readers} {(readers == 1 ? "reader" : "readers of ranges")}", () => EngineAsync(source, table, readers));
            }

            ways = [.. ways.Where((way, i) => i == 0 || way.Name.Contains(part, StringComparison.OrdinalIgnoreCase))];
            if (ways.Count == 1 && part.Length > 0)
            {
                continue;
            }

            await Way.RunAllAsync(ways, rows, rounds, warm);
            Console.WriteLine($"\n{workload}: {rows:N0} rows, every value read");
            ways.ForEach(way => Console.WriteLine(way.Describe(ways[0])));
        }
    }

    private static async Task<long> BareAsync(MySqlTestServer server, bool isPrepared)
    {
        await using var connection = new MySqlConnection(server.ConnectionString + ";Pooling=false;Database=cdcbench");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT id,qty,name,price,at_time,flag FROM narrow ORDER BY id";
        if (isPrepared)
        {
            await command.PrepareAsync();
        }

        await using var reader = await command.ExecuteReaderAsync();
        long count = 0;
        long sink = 0;
        while (reader.Read())
        {
            sink += reader.GetInt64(0) + reader.GetInt32(1) + reader.GetString(2).Length + reader.GetDecimal(3).Scale
                + reader.GetDateTime(4).Ticks + reader.GetSByte(5);
            count++;
        }

        Loop.Sink += sink;
        return count;
    }

    /// <summary>Reads every column as the type that a record of the log gives.</summary>
    private static async Task<long> BareWideAsync(MySqlTestServer server)
    {
        await using var connection = new MySqlConnection(server.ConnectionString
            + ";Pooling=false;Database=cdcbench;GuidFormat=None;TreatTinyAsBoolean=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM wide ORDER BY id";
        await using var reader = await command.ExecuteReaderAsync();
        var codes = Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetFieldType(i)).Select(static type
            => type == typeof(TimeSpan) ? TypeCode.Empty : type == typeof(DateTime) ? TypeCode.DateTime : Type.GetTypeCode(type)).ToArray();
        long count = 0;
        long sink = 0;
        while (reader.Read())
        {
            for (var i = 0; i < codes.Length; i++)
            {
                sink += reader.IsDBNull(i) ? 1 : codes[i] switch
                {
                    TypeCode.UInt64 or TypeCode.UInt32 or TypeCode.UInt16 => (long)reader.GetUInt64(i),
                    TypeCode.Int64 or TypeCode.Int32 or TypeCode.Int16 or TypeCode.SByte => reader.GetInt64(i),
                    TypeCode.Single => (long)reader.GetFloat(i),
                    TypeCode.Double => (long)reader.GetDouble(i),
                    TypeCode.Decimal => reader.GetDecimal(i).Scale,
                    TypeCode.DateTime => reader.GetDateTime(i).Ticks,
                    TypeCode.Empty => reader.GetTimeSpan(i).Ticks,
                    TypeCode.String => reader.GetString(i).Length,
                    _ => reader.GetFieldValue<byte[]>(i).Length,
                };
            }

            count++;
        }

        Loop.Sink += sink;
        return count;
    }

    /// <summary>Reads the table through an engine, whose readers share it: the wall time says what they save.</summary>
    private static async Task<long> EngineAsync(MySqlSource source, string table, int readers)
    {
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "benchmark",
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.InitialOnly, Tables = [$"cdcbench.{table}"], Readers = readers },
        });
        long count = 0;
        long sink = 0;
        await foreach (var batch in engine.ReadBatchesAsync())
        {
            foreach (var change in batch)
            {
                sink += Loop.ReadAll(change.After, Reading.Values);
            }

            count += batch.Count;
        }

        Loop.Sink += sink;
        return count;
    }
}
