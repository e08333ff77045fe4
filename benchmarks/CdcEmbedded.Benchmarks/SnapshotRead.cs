using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;
using MySqlConnector;

namespace CdcEmbedded.Benchmarks;

/// <summary>How fast a snapshot reads a table, against a bare loop of MySqlConnector over the same SELECT.</summary>
internal static class SnapshotRead
{
    public static async Task RunAsync(int passes, int scale)
    {
        Console.WriteLine("Starting MySQL 9.7 and writing the tables …");
        await using var server = await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
        await server.ExecuteFileAsync(Path.Combine(AppContext.BaseDirectory, "workloads", "schema.sql"));
        await server.ExecuteAsync($"SET SESSION sql_log_bin=0; CALL w1({100 * scale}); CALL w2({30 * scale})", "cdcbench");
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["cdcbench.*"] });
        foreach (var (name, table, columns) in ((string, string, string)[])[
            ("W1", "narrow", "id,qty,name,price,at_time,flag"), ("W2", "wide", "")])
        {
            var rows = int.Parse((await server.QueryAsync($"SELECT COUNT(*) FROM cdcbench.{table}"))[0][0] ?? "",
                System.Globalization.CultureInfo.InvariantCulture);
            var workload = new Workload(name, "", 0, rows);
            Console.WriteLine($"\n{name}: {rows:N0} rows, every value read");
            var bare = columns.Length > 0
                ? await Pass.MeasureAsync("bare loop, text protocol", passes, workload, () => BareAsync(server, false))
                : await Pass.MeasureAsync("bare loop, text protocol", passes, workload, () => BareWideAsync(server));
            if (columns.Length > 0)
            {
                await Pass.MeasureAsync("bare loop, prepared", passes, workload, () => BareAsync(server, true), bare);
            }

            await Pass.MeasureAsync("consistent view", passes, workload, () => SnapshotLoop.ViewAsync(source, table, 1), bare);
            await Pass.MeasureAsync("four readers, each the whole table", passes, workload, () => ReadersAsync(source, table, 4), bare);
            foreach (var readers in (int[])[1, 2, 4])
            {
                await Pass.MeasureAsync($"engine, {readers} {(readers == 1 ? "reader" : "readers of ranges")}", passes, workload,
                    () => EngineAsync(source, table, readers), bare);
            }

            await Pass.MeasureAsync("chunks of 10,000", passes, workload, () => SnapshotLoop.ChunksAsync(source, table), bare);
            await Pass.MeasureAsync("chunks of 10,000, no value read", passes, workload,
                () => SnapshotLoop.ChunksAsync(source, table, false), bare);
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

    /// <summary>Reads the table through each of several readers of one view at once: the wall time says how they share the
    /// processors.</summary>
    private static async Task<long> ReadersAsync(MySqlSource source, string table, int readers)
    {
        await using var reader = await SnapshotLoop.OpenAsync(source);
        var found = await SnapshotLoop.FindAsync(reader, table);
        await using var view = await reader.OpenConsistentViewAsync([found], readers, CancellationToken.None);
        var counts = await Task.WhenAll(Enumerable.Range(0, readers)
            .Select(number => Task.Run(() => SnapshotLoop.ReadAsync(view, number, found))));
        return counts.Distinct().Single();
    }
}
