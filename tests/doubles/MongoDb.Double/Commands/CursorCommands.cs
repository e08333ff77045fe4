using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Sessions;
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
            cursor.Session = SessionKey.Of(context);
            cursor.TransactionNumber = context.Command.Has("autocommit") ? context.Command.Number("txnNumber") : null;
            cursor.Api = ApiParameters.Of(context.Command);
            cursor.NeverTimesOut = context.Command.Flag("noCursorTimeout");
            context.Deployment.Cursors.Add(cursor, context.Node);
        }

        return Reply(cursor, batch, "firstBatch");
    }

    public static async Task<Doc> GetMoreAsync(CommandContext context)
    {
        long id = context.Command.Number("getMore") ?? throw new CommandError(14, "getMore needs a cursor id");
        int batchSize = context.Command.Number("batchSize") is > 0 and { } asked ? (int)asked : NoLimit;
        TimeSpan wait = context.Command.Number("maxTimeMS") is { } limit ? TimeSpan.FromMilliseconds(limit) : _defaultWait;
        ServerCursor cursor = Pin(context, id);
        try
        {
            return await NextAsync(context, cursor, batchSize, wait);
        }
        finally
        {
            lock (context.Store.Gate)
            {
                context.Deployment.Cursors.Release(cursor);
            }
        }
    }

    /// <summary>Takes the time that reading so many oplog entries takes.</summary>
    public static Task ReadOplogAsync(CommandContext context, long entries)
    {
        TimeSpan time = context.Deployment.Options.OplogReadTime * entries;
        return time > TimeSpan.Zero ? Task.Delay(time, context.Deployment.Options.Time, context.Stopping) : Task.CompletedTask;
    }

    public static Doc Kill(CommandContext context)
    {
        var killed = new List<object?>();
        var missing = new List<object?>();
        foreach (object? id in context.Command.Array("cursors") ?? [])
        {
            (id is long number && context.Deployment.Cursors.Remove(number) ? killed : missing).Add(id);
        }

        context.Store.Wake();
        return new Doc
        {
            { "cursorsKilled", killed }, { "cursorsNotFound", missing }, { "cursorsAlive", Array.Empty<object?>() },
            { "cursorsUnknown", Array.Empty<object?>() },
        };
    }

    private static ServerCursor Pin(CommandContext context, long id)
    {
        lock (context.Store.Gate)
        {
            ServerCursor cursor = context.Deployment.Cursors.Find(id, context.Node);
            GetMoreCheck.Check(context, cursor);
            cursor.InUse = true;
            return cursor;
        }
    }

    private static async Task<Doc> NextAsync(CommandContext context, ServerCursor cursor, int batchSize, TimeSpan wait)
    {
        long id = cursor.Id;
        TimeProvider time = context.Deployment.Options.Time;
        long start = time.GetTimestamp();
        while (true)
        {
            Task changed;
            Doc? reply;
            TimeSpan left = wait - time.GetElapsedTime(start);
            lock (context.Store.Gate)
            {
                changed = context.Store.Changed;
                cursor.Scanned = 0;
                reply = TryNext(context, id, batchSize, final: left <= TimeSpan.Zero);
            }

            try
            {
                await ReadOplogAsync(context, cursor.Scanned);
                if (reply is not null)
                {
                    return reply;
                }

                await WaitAsync(changed, left, time, context.Stopping);
            }
            catch (OperationCanceledException)
            {
                // A server interrupts the getMore of a client that is gone, and closes its cursor.
                lock (context.Store.Gate)
                {
                    context.Deployment.Cursors.Remove(id);
                }

                throw;
            }
        }
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
            Close(context, cursor);
            throw;
        }

        if (batch.Count == 0 && cursor.Awaits && !cursor.IsDone && !final)
        {
            return null;
        }

        if (cursor.IsDone)
        {
            Close(context, cursor);
            cursor.Id = 0;
        }

        return Reply(cursor, batch, "nextBatch");
    }

    private static void Close(CommandContext context, ServerCursor cursor)
    {
        cursor.InUse = false;
        context.Deployment.Cursors.Remove(cursor.Id);
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
        if (cursor.IsInvalidated)
        {
            inner.Add("invalidated", true);
        }

        inner.Add("id", cursor.Id);
        inner.Add("ns", $"{cursor.Database}.{cursor.Collection}");
        return new Doc { { "cursor", inner } };
    }
}
