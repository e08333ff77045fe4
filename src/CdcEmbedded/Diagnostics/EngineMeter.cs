using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace CdcEmbedded.Diagnostics;

/// <summary>The instruments of all engines of the process: each asks the running engines when a listener collects, so that they cost
/// nothing in between.</summary>
internal static class EngineMeter
{
    private static readonly ConcurrentDictionary<IMeteredEngine, bool> _engines = [];
    private static readonly Meter _meter = new(CdcTelemetry.MeterName, typeof(EngineMeter).Assembly.GetName().Version?.ToString(3));

    private static readonly ObservableCounter<long> _changes = _meter.CreateObservableCounter("cdc.changes", ReadChanges, "{change}",
        "Changes delivered to the application, by table and operation, counted while a listener has this instrument enabled.");

    private static readonly string[] _operations = ["", "create", "update", "delete", "read", "truncate"];

    static EngineMeter()
    {
        _meter.CreateObservableGauge("cdc.up", () => Read(static engine => engine.Status.State is EngineState.Streaming
            or EngineState.CaughtUp ? 1L : (long?)0L), null, "1 while the engine is connected and reads, else 0.");
        _meter.CreateObservableGauge("cdc.lag", () => Read(static engine => engine.Status.Lag?.TotalSeconds), "s",
            "Time since the source committed the newest delivered change; 0 while caught up.");
        _meter.CreateObservableGauge("cdc.log.remaining", () => Read(static engine => engine.MeasureLog().BytesAfter), "By",
            "Bytes of the source's log after what is processed.");
        _meter.CreateObservableGauge("cdc.log.headroom", () => Read(static engine => engine.MeasureLog().HeadroomBytes), "By",
            "Bytes of the source's log that must be purged before the position is lost.");
        _meter.CreateObservableGauge("cdc.log.headroom.time",
            () => Read(static engine => engine.MeasureLog().HeadroomTime?.TotalSeconds), "s",
            "Time until the source may purge the position.");
        _meter.CreateObservableGauge("cdc.buffer.changes", () => Read(static engine => (long?)engine.Status.BufferedChanges), "{change}",
            "Changes between source and consumer.");
        _meter.CreateObservableGauge("cdc.buffer.size", () => Read(static engine => (long?)engine.Status.BufferedBytes), "By",
            "Bytes that those changes keep in memory.");
        _meter.CreateObservableCounter("cdc.reconnects", () => Read(static engine => (long?)engine.Status.Reconnects), "{attempt}",
            "Attempts to connect after the first one.");
        _meter.CreateObservableCounter("cdc.commits", () => Read(static engine => (long?)engine.Commits), "{commit}",
            "Offsets that the engine stored.");
        _meter.CreateObservableCounter("cdc.notices", ReadNotices, "{notice}",
            "Notices of the source, by kind: what is missing from the stream, or went wrong.");
        _meter.CreateObservableGauge("cdc.snapshot.rows", () => ReadSnapshots(static table => table.Rows), "{row}",
            "Rows delivered of the tables of snapshots that are not over.");
        _meter.CreateObservableGauge("cdc.snapshot.rows.estimated", () => ReadSnapshots(static table => table.EstimatedRows ?? 0), "{row}",
            "About how many rows those tables have.");
        _meter.CreateObservableGauge("cdc.snapshot.tables.left", () => ReadSnapshots(static table
            => table.Status is SnapshotTableStatus.Waiting or SnapshotTableStatus.Reading ? 1 : 0), "{table}",
            "How many of those tables are not complete.");
    }

    /// <summary>True if somebody listens to the number of changes: only then they are counted.</summary>
    public static bool CountsChanges => _changes.Enabled;

    /// <summary>Shows an engine that has started.</summary>
    public static void Add(IMeteredEngine engine) => _engines[engine] = true;

    /// <summary>The engine has stopped.</summary>
    public static void Remove(IMeteredEngine engine) => _engines.TryRemove(engine, out _);

    private static IEnumerable<Measurement<T>> Read<T>(Func<IMeteredEngine, T?> value)
        where T : struct
    {
        foreach (var (engine, _) in _engines)
        {
            if (value(engine) is { } known)
            {
                yield return new Measurement<T>(known, Tags(engine));
            }
        }
    }

    private static IEnumerable<Measurement<long>> ReadChanges()
    {
        foreach (var (engine, _) in _engines)
        {
            foreach (var (database, table, operation, count) in engine.Changes)
            {
                yield return new Measurement<long>(count, [.. Tags(engine), new("db.namespace", database),
                    new("db.collection.name", table), new("cdc.operation", _operations[(int)operation])]);
            }
        }
    }

    private static List<Measurement<long>> ReadNotices()
    {
        var result = new List<Measurement<long>>();
        foreach (var (engine, _) in _engines)
        {
            var counts = engine.Notices;
            for (var kind = 0; kind < counts.Length; kind++)
            {
                if (counts[kind] > 0)
                {
                    result.Add(new Measurement<long>(counts[kind], [.. Tags(engine), new("cdc.notice",
                        JsonNamingPolicy.SnakeCaseLower.ConvertName(((NoticeKind)kind).ToString()))]));
                }
            }
        }

        return result;
    }

    private static IEnumerable<Measurement<long>> ReadSnapshots(Func<SnapshotTableProgress, long> value)
    {
        foreach (var (engine, _) in _engines)
        {
            var sum = 0L;
            foreach (var snapshot in engine.Snapshots)
            {
                foreach (var table in snapshot.Tables)
                {
                    sum += value(table);
                }
            }

            yield return new Measurement<long>(sum, Tags(engine));
        }
    }

    private static KeyValuePair<string, object?>[] Tags(IMeteredEngine engine)
        => [new("cdc.engine", engine.Name), new("db.system.name", engine.Connector)];
}
