using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Benchmarks;

/// <summary>Reads a table of the database cdcbench past the engine, in the ways of a snapshot.</summary>
internal static class SnapshotLoop
{
    public const int ChunkRows = 10_000;

    public static ValueTask<SnapshotReader> OpenAsync(ISnapshotSource source) => source.OpenSnapshotAsync(
        new SourceContext
        {
            Name = "benchmark",
            LoggerFactory = NullLoggerFactory.Instance,
            TimeProvider = TimeProvider.System,
            MaxBatchSize = 1000,
        },
        CancellationToken.None);

    public static async Task<SnapshotTable> FindAsync(SnapshotReader reader, string table)
        => await reader.FindTableAsync("cdcbench", table, CancellationToken.None)
            ?? throw new InvalidOperationException($"cdcbench.{table} is missing.");

    /// <summary>Reads a consistent view with the first of its readers.</summary>
    public static async Task<long> ViewAsync(ISnapshotSource source, string table, int readers, bool isRead = true)
    {
        await using var reader = await OpenAsync(source);
        var found = await FindAsync(reader, table);
        await using var view = await reader.OpenConsistentViewAsync([found], readers, CancellationToken.None);
        return await ReadAsync(view, 0, found, isRead);
    }

    /// <summary>Reads the table through one of a view's readers.</summary>
    public static async Task<long> ReadAsync(ConsistentView view, int number, SnapshotTable table, bool isRead = true)
    {
        await using var cursor = await view.OpenTableAsync(number, table, null, CancellationToken.None);
        long count = 0;
        while (await cursor.ReadAsync(ChunkRows, CancellationToken.None) is { } chunk)
        {
            count += Read(chunk, isRead);
        }

        return count;
    }

    /// <summary>Reads chunks, each between two watermarks.</summary>
    public static async Task<long> ChunksAsync(ISnapshotSource source, string table, bool isRead = true)
    {
        await using var reader = await OpenAsync(source);
        var found = await FindAsync(reader, table);
        var last = await reader.GetLastKeyAsync(found, null, CancellationToken.None);
        long count = 0;
        for (SnapshotKey? after = null; ;)
        {
            await reader.GetWatermarkAsync(CancellationToken.None);
            var chunk = await reader.ReadChunkAsync(found, after, last, ChunkRows, null, CancellationToken.None);
            await reader.GetHighWatermarkAsync(CancellationToken.None);
            count += Read(chunk, isRead);
            if (chunk.IsLast)
            {
                return count;
            }

            after = chunk.GetPlace(chunk.Count - 1);
        }
    }

    private static int Read(SnapshotChunk chunk, bool isRead)
    {
        long sink = 0;
        for (var row = 0; isRead && row < chunk.Count; row++)
        {
            sink += Loop.ReadAll(chunk.GetRow(row), Reading.Values);
        }

        Loop.Sink += sink;
        return chunk.Count;
    }
}
