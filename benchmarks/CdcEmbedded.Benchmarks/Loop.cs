using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>The complete path: engine, source, <c>await foreach</c>.</summary>
internal static class Loop
{
    /// <summary>Receives the values that were read, so that no read is optimized away.</summary>
    public static long Sink { get; set; }

    public static async Task<long> RunAsync(MySqlTestServer server, Workload workload, Reading reading)
    {
        await using var engine = Create(server, workload);
        long count = 0;
        long sink = 0;
        await foreach (var change in engine.ReadAsync())
        {
            sink += (long)change.Operation;
            if (reading != Reading.Nothing)
            {
                sink += ReadAll(change, reading);
            }

            if (++count == workload.Rows)
            {
                break;
            }
        }

        Sink += sink;
        return count;
    }

    public static async Task<long> RunBatchesAsync(MySqlTestServer server, Workload workload, Reading reading)
    {
        await using var engine = Create(server, workload);
        long count = 0;
        long sink = 0;
        await foreach (var batch in engine.ReadBatchesAsync())
        {
            foreach (var change in batch)
            {
                sink += ReadAll(change, reading);
                if (++count == workload.Rows)
                {
                    break;
                }
            }

            if (count == workload.Rows)
            {
                break;
            }
        }

        Sink += sink;
        return count;
    }

    internal static CdcEngine Create(MySqlTestServer server, Workload workload)
    {
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["cdcbench.*"] });
        return new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "benchmark",
            StartFrom = StartPosition.At(MySqlOffset.FromPosition(workload.File, 4)),
        });
    }

    private static long ReadAll(ChangeEvent change, Reading reading)
    {
        var before = change.Before;
        var after = change.After;
        return (before.HasValue ? ReadAll(before, reading) : 0) + (after.HasValue ? ReadAll(after, reading) : 0);
    }

    internal static long ReadAll(DataRecord record, Reading reading)
    {
        long sink = 0;
        var count = record.Count;
        for (var i = 0; i < count; i++)
        {
            var value = record[i];
            sink += value.Kind switch
            {
                ValueKind.Null or ValueKind.Absent => 1,
                ValueKind.Boolean => value.AsBoolean() ? 1 : 0,
                ValueKind.Document or ValueKind.Array => value.AsRecord().Count,
                ValueKind.Int64 => value.AsInt64(),
                ValueKind.UInt64 => (long)value.AsUInt64(),
                ValueKind.Single => (long)value.AsSingle(),
                ValueKind.Double => (long)value.AsDouble(),
                ValueKind.Decimal => value.AsDecimal().Scale,
                ValueKind.Text => reading == Reading.Utf8 && value.TryGetUtf8(out var utf8) ? utf8.Length : value.AsString().Length,
                ValueKind.Date or ValueKind.DateTime => value.AsDateTime().Ticks,
                ValueKind.Time => value.AsTimeSpan().Ticks,
                ValueKind.Timestamp => value.AsDateTimeOffset().Ticks,
                ValueKind.Enum or ValueKind.Set or ValueKind.Json => value.AsString().Length,
                _ => value.AsBytes().Length,
            };
        }

        return sink;
    }
}
