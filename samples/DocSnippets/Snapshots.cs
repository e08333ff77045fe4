// <snapshot-verify>
using CdcEmbedded;
using CdcEmbedded.Verification;
// </snapshot-verify>
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using CdcEmbedded.Testing;

namespace DocSnippets;

/// <summary>What the pages show of snapshots.</summary>
public static class Snapshots
{
    /// <summary>Chooses a mode.</summary>
    public static CdcEngineOptions Choose()
    {
        // <snapshot-mode>
        var options = new CdcEngineOptions
        {
            Name = "search-index",
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.Incremental, Tables = ["shop.*"], MaxRowsPerSecond = 20_000 },
        };
        // </snapshot-mode>
        return options;
    }

    /// <summary>Chooses channels of signals.</summary>
    public static CdcEngineOptions Listen(IAsyncEnumerable<(string Value, long Offset)> consumer) => new()
    {
        Name = "search-index",
        // <snapshot-signals>
        Snapshot = new SnapshotOptions
        {
            Signals = [new FileSignalChannel("/var/lib/app/signals.jsonl"), new WishTopic(consumer)],
            SignalTable = "app.signals",
        },
        // </snapshot-signals>
    };

    /// <summary>A channel of one's own.</summary>
    private sealed class WishTopic(IAsyncEnumerable<(string Value, long Offset)> consumer) : ISnapshotSignalChannel
    {
        public string Name => "topic:wishes";

        public async IAsyncEnumerable<SnapshotSignal> ReadAsync(string? position,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var (value, offset) in consumer.WithCancellation(cancellationToken))
            {
                yield return SnapshotSignal.Parse(value, position: offset.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Requests a snapshot.</summary>
    public static async Task<SnapshotStatus> RequestAsync(CdcEngine engine, CancellationToken cancellationToken)
    {
        // <snapshot-request>
        var request = new SnapshotRequest { Id = "orders-2026", Tables = ["shop.orders"] };
        var handle = await engine.Snapshots.RequestAsync(request, cancellationToken);
        await engine.Snapshots.PauseAsync("orders-2026", cancellationToken);
        await engine.Snapshots.ResumeAsync("orders-2026", cancellationToken);
        var status = await handle.Completion;       // while the loop runs elsewhere
        // </snapshot-request>
        return status;
    }

    /// <summary>Verifies a copy.</summary>
    public static async Task<VerificationResult> VerifyAsync(CdcEngine engine, DbDataSource dataSource,
        CancellationToken cancellationToken)
    {
        // <snapshot-verify>
        var copy = new DbTableCopy(dataSource, "orders", keyColumns: ["id"]);
        var result = await engine.Snapshots.VerifyAsync("shop.orders", copy, new VerifyOptions { IgnoredColumns = ["notes"] },
            cancellationToken);                     // while the loop runs elsewhere
        foreach (var difference in result.Differences)
        {
            Console.WriteLine(difference);          // MissingInCopy id=7
        }

        var repair = await engine.Snapshots.RepairAsync(result, cancellationToken);
        await repair.Completion;
        // </snapshot-verify>
        return result;
    }

    /// <summary>Plays tables.</summary>
    public static ScriptedSource Play()
    {
        // <scripted-tables>
        var source = new ScriptedSource()
            .Table("shop.orders", ScriptedRow.Of(("id", 1), ("total", 9.90m)), ScriptedRow.Of(("id", 2), ("total", 5m)))
            .FailReads(new CdcConnectionException("cut"), 2)
            .Insert("shop.orders", ("id", 3), ("total", 7.50m));
        // </scripted-tables>
        return source;
    }
}
