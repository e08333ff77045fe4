using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.RandomHistories;

/// <summary>Reads a history into a replay with one engine after another over the same store, until the end mark.</summary>
public sealed class RestartedReader(MySqlTestServer server, string database, CdcOffset start, int restarts)
{
    /// <summary>The mark that ends the history.</summary>
    public const string End = "end";

    private readonly InMemoryOffsetStore _store = new();

    /// <summary>What has been read.</summary>
    public StateReplay Replay { get; } = new();

    /// <summary>Number of engines so far.</summary>
    public int Starts { get; private set; }

    /// <summary>All databases of the history.</summary>
    public MySqlSource Source() => new(new MySqlSourceOptions
    {
        ConnectionString = server.ConnectionString,
        Include = [$"{database}.*", $"{database}_*.*"],
    });

    /// <summary>Reads until the end mark has arrived.</summary>
    public async Task RunAsync(Random random)
    {
        while (Replay.LastMark != End)
        {
            // The last engine has no limit; the others stop after some changes, inside a transaction or between two.
            int limit = Starts < restarts ? random.Next(1, 500) : int.MaxValue;
            await ReadAsync(limit, leaveFirst: random.Next(2) == 0);
        }
    }

    private async Task ReadAsync(int limit, bool leaveFirst)
    {
        Starts++;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var options = new CdcEngineOptions
        {
            Name = "random",
            StartFrom = StartPosition.At(start),
            CommitPolicy = CommitPolicy.Always,
            Reconnect = ReconnectPolicy.None,
        };
        await using var engine = new CdcEngine(Source(), _store, options);
        await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
        {
            if (--limit <= 0 && leaveFirst)
            {
                // Not processed: it must be delivered again.
                return;
            }

            Replay.Apply(change);
            if (limit <= 0 || Replay.LastMark == End)
            {
                // Processed, but not acknowledged: it is delivered again, under the same id.
                return;
            }
        }
    }
}
