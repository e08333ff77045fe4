using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>A deployment in memory: it plays a <see cref="History"/>, in batches of random sizes, and breaks at random reads.</summary>
internal sealed class ScriptedDeployment(History history, Random random, double breakage) : IMongoDeployment
{
    /// <summary>How often a stream was opened.</summary>
    public int Opened { get; private set; }

    public ValueTask<RawBson> RunCommandAsync(string database, BsonDocument command, CancellationToken cancellationToken)
        => new(RawBson.Parse(Reply(command)));

    public ValueTask<RawBson> WriteAsync(string database, BsonDocument command, CancellationToken cancellationToken)
        => throw new InvalidOperationException("The script has no collections to write.");

    public ValueTask<IMongoCursor> OpenCursorAsync(string database, BsonDocument command, CursorOptions options,
        CancellationToken cancellationToken)
    {
        if (!command.Contains("aggregate"))
        {
            return new(new ScriptedCursor([RawBson.Parse("""{"cursor":{"id":0,"ns":"shop.$cmd","firstBatch":[]},"ok":1}""")]));
        }

        if (IsBroken())
        {
            throw new CdcConnectionException("The script breaks the connection.");
        }

        Opened++;
        var stage = command["pipeline"][0]["$changeStream"].AsBsonDocument;
        var after = stage.TryGetValue("startAfter", out var token) ? token["_data"].AsString : null;
        var from = after is not null ? Find(after) : 0;
        return new(new ScriptedCursor(history, from, after, random, IsBroken));
    }

    public ValueTask DisposeAsync() => default;

#pragma warning disable CA5394 // The same cuts for the same seed are the point.
    private bool IsBroken() => random.NextDouble() < breakage;
#pragma warning restore CA5394

    // A reader may only ask for places after whole events, or between events.
    private int Find(string token)
    {
        for (var i = 0; i < history.Events.Count; i++)
        {
            var compared = string.CompareOrdinal(history.Events[i].Token, token);
            if (compared == 0 && history.Events[i].Number < 0)
            {
                throw new InvalidOperationException($"The reader resumes inside a split event, at {token}.");
            }

            if (compared > 0)
            {
                return i;
            }
        }

        return history.Events.Count;
    }

    private string Reply(BsonDocument command) => command.GetElement(0).Name switch
    {
        "buildInfo" => """{"versionArray":[8,0,0,0],"ok":1}""",
        "hello"
            => $$$"""{"setName":"rs0","maxWireVersion":25,"operationTime":{"$timestamp":{"t":{{{history.Start.Seconds}}},"i":1}},"ok":1}""",
        "listDatabases" => """{"databases":[],"ok":1}""",
        "find" => """{"cursor":{"id":0,"ns":"a.b","firstBatch":[]},"ok":1}""",
        _ => """{"ok":1}""",
    };
}
