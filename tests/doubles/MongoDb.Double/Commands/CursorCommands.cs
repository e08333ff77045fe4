using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>Cursors: the first batch, getMore that waits, killCursors.</summary>
internal static class CursorCommands
{
    private const int NoLimit = int.MaxValue;
    private static readonly TimeSpan _defaultWait = TimeSpan.FromSeconds(1);

    /// <summary>The reply of a command that opens a cursor.</summary>
    public static Doc Open(CommandContext context, ServerCursor cursor, int batchSize, bool singleBatch = false)
    {
        context.Store.Observe();
        CursorBatch batch = cursor.Next(batchSize);
        if (!cursor.IsDone && !singleBatch)
        {
            context.Deployment.Cursors.Add(cursor, context.Node);
        }

        return Reply(cursor, batch, "firstBatch");
    }

    public static async Task<Doc> GetMoreAsync(CommandContext context)
    {
        long id = context.Command.Number("getMore") ?? throw new CommandError(14, "getMore needs a cursor id");
        int batchSize = context.Command.Number("batchSize") is > 0 and { } asked ? (int)asked : NoLimit;
        TimeSpan wait = context.Command.Number("maxTimeMS") is { } limit ? TimeSpan.FromMilliseconds(limit) : _defaultWait;
        TimeProvider time = context.Deployment.Options.Time;
        long start = time.GetTimestamp();
        while (true)
        {
            Task changed;
            TimeSpan left = wait - time.GetElapsedTime(start);
            lock (context.Store.Gate)
            {
                changed = context.Store.Changed;
                if (TryNext(context, id, batchSize, final: left <= TimeSpan.Zero) is { } reply)
                {
                    return reply;
                }
            }

            await WaitAsync(changed, left, time, context.Stopping);
        }
    }

    public static Doc Kill(CommandContext context)
    {
        var killed = new List<object?>();
        var missing = new List<object?>();
        foreach (object? id in context.Command.Array("cursors") ?? [])
        {
            (id is long number && context.Deployment.Cursors.Remove(number) ? killed : missing).Add(id);
        }

        return new Doc
        {
            { "cursorsKilled", killed }, { "cursorsNotFound", missing }, { "cursorsAlive", Array.Empty<object?>() },
            { "cursorsUnknown", Array.Empty<object?>() },
        };
    }

    private static Doc? TryNext(CommandContext context, long id, int batchSize, bool final)
    {
        ServerCursor cursor = context.Deployment.Cursors.Find(id, context.Node);
        context.Store.Observe();
        CursorBatch batch;
        try
        {
            batch = cursor.Next(batchSize);
        }
        catch (CommandError)
        {
            context.Deployment.Cursors.Remove(id);
            throw;
        }

        if (batch.Count == 0 && cursor.Awaits && !cursor.IsDone && !final)
        {
            return null;
        }

        if (cursor.IsDone)
        {
            context.Deployment.Cursors.Remove(id);
            cursor.Id = 0;
        }

        return Reply(cursor, batch, "nextBatch");
    }

    private static async Task WaitAsync(Task changed, TimeSpan left, TimeProvider time, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(changed, Task.Delay(left, time, ended.Token));
        await ended.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    private static Doc Reply(ServerCursor cursor, CursorBatch batch, string name)
    {
        var inner = new Doc { { name, batch.Items } };
        inner.AddUnlessNull("postBatchResumeToken", batch.PostBatchToken);
        inner.AddUnlessNull("atClusterTime", cursor.AtClusterTime);
        inner.Add("id", cursor.Id);
        inner.Add("ns", $"{cursor.Database}.{cursor.Collection}");
        return new Doc { { "cursor", inner } };
    }
}
