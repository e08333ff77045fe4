using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Reads collections as an engine does.</summary>
internal static class Reading
{
    public static async Task<SnapshotTable> TableAsync(this SnapshotReader reader, string collection)
        => await reader.FindTableAsync("shop", collection, TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException($"shop.{collection} was not found.");

    /// <summary>Reads a collection in chunks up to the last key that it has at first.</summary>
    public static async Task<List<string>> InChunksAsync(this SnapshotReader reader, SnapshotTable table, int limit,
        string? condition = null, Func<Task>? between = null)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        var documents = new List<string>();
        SnapshotKey? last = await reader.GetLastKeyAsync(table, condition, token);
        SnapshotKey? after = null;
        for (int chunks = 0; last is not null; chunks++)
        {
            Assert.True(chunks < 10_000, "The reading does not end.");
            SnapshotChunk chunk = await reader.ReadChunkAsync(table, after, last, limit, condition, token);
            Assert.True(chunk.Count <= limit || table is MongoDb.Snapshots.MongoSnapshotTable { MayRepeatIds: true });
            for (int row = 0; row < chunk.Count; row++)
            {
                documents.Add(Json(chunk.GetRow(row)));
                Assert.Equal(table.KeyOf(chunk.GetRow(row)), table.KeyOf(chunk.GetKey(row)));
            }

            if (chunk.IsLast)
            {
                break;
            }

            after = chunk.Count > 0 ? chunk.GetPlace(chunk.Count - 1) : after;
            await (between?.Invoke() ?? Task.CompletedTask);
        }

        return documents;
    }

    public static async Task<List<string>> OfViewAsync(this ConsistentView view, int reader, SnapshotTable table, int limit)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        var documents = new List<string>();
        await using SnapshotCursor cursor = await view.OpenTableAsync(reader, table, null, token);
        while (await cursor.ReadAsync(limit, token) is { } chunk)
        {
            documents.AddRange(Enumerable.Range(0, chunk.Count).Select(row => Json(chunk.GetRow(row))));
        }

        return documents;
    }

    public static string Json(DataRecord record) => RawBson.Of(record).ToJson(ExtendedJsonMode.Canonical);
}
