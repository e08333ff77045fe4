using CdcEmbedded.MySql;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>The querying side of a source, as the engine uses it.</summary>
public static class SnapshotRig
{
    /// <summary>Opens a reader of one database.</summary>
    public static ValueTask<SnapshotReader> OpenAsync(MySqlTestServer server, string database)
        => OpenAsync(Capture.Source(server, database));

    /// <summary>Opens a reader.</summary>
    /// <param name="source">The source.</param>
    /// <param name="signals">The table into which it writes its watermarks; null to write none.</param>
    public static ValueTask<SnapshotReader> OpenAsync(MySqlSource source, string? signals = null) => source.OpenSnapshotAsync(
        new SourceContext
        {
            SignalTable = signals,
            WritesWatermarks = signals is not null,
            Name = "test",
            LoggerFactory = NullLoggerFactory.Instance,
            TimeProvider = TimeProvider.System,
            MaxBatchSize = 1000,
        },
        TestContext.Current.CancellationToken);

    /// <summary>Returns a table that must exist.</summary>
    public static async Task<SnapshotTable> TableAsync(this SnapshotReader reader, string database, string table)
        => await reader.FindTableAsync(database, table, TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException($"{database}.{table} was not found.");

    /// <summary>Reads a table in chunks, as an incremental snapshot does, up to the last key that it has at first.</summary>
    public static async Task<List<DataRecord>> ReadInChunksAsync(this SnapshotReader reader, SnapshotTable table, int limit,
        string? condition = null)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        var rows = new List<DataRecord>();
        SnapshotKey? last = await reader.GetLastKeyAsync(table, condition, token);
        SnapshotKey? after = null;
        while (last is not null)
        {
            SnapshotChunk chunk = await reader.ReadChunkAsync(table, after, last, limit, condition, token);
            Assert.True(chunk.Count <= limit);
            for (int row = 0; row < chunk.Count; row++)
            {
                rows.Add(chunk.GetRow(row));
            }

            if (chunk.IsLast)
            {
                Assert.Equal(last, chunk.Count == 0 ? last : chunk.GetPlace(chunk.Count - 1));
                break;
            }

            after = chunk.GetPlace(chunk.Count - 1);
        }

        return rows;
    }

    /// <summary>Reads a table through one reader of a view.</summary>
    public static async Task<List<DataRecord>> ReadAsync(this ConsistentView view, int reader, SnapshotTable table, int limit = 1000)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        var rows = new List<DataRecord>();
        await using SnapshotCursor cursor = await view.OpenTableAsync(reader, table, null, token);
        while (await cursor.ReadAsync(limit, token) is { } chunk)
        {
            Assert.InRange(chunk.Count, 1, limit);
            for (int row = 0; row < chunk.Count; row++)
            {
                rows.Add(chunk.GetRow(row));
            }
        }

        return rows;
    }
}
