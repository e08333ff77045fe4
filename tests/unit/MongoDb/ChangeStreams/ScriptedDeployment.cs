using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>A deployment in memory behind the seam: it plays a <see cref="History"/>, in batches of random sizes, and breaks at random reads.</summary>
internal sealed class ScriptedDeployment(History history, Random random, double breakage) : IMongoDeployment
{
    /// <summary>How often a stream was opened.</summary>
    public int Opened { get; private set; }

    public ValueTask<RawBson> RunCommandAsync(
        string database, RawBson command, MongoCommandOptions? options = null, CancellationToken cancellationToken = default)
        => new(RawBson.Parse(Reply(command)));

    public ValueTask<IMongoCursor> OpenCursorAsync(
        string database, RawBson command, MongoCursorOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (command["aggregate"u8].IsNullOrMissing)
        {
            return new(new ScriptedCursor([RawBson.Parse("""{"cursor":{"id":0,"ns":"shop.$cmd","firstBatch":[]},"ok":1}""")]));
        }

        if (IsBroken())
        {
            throw new CdcConnectionException("The script breaks the connection.");
        }

        Opened++;
        var stage = command.GetArray("pipeline"u8)["0"u8].AsDocument().GetDocument("$changeStream"u8);
        var after = stage.TryGetDocument("startAfter"u8, out var token) ? token.GetString("_data"u8) : null;
        var from = after is not null ? Find(after) : 0;
        return new(new ScriptedCursor(history, from, after, random, IsBroken));
    }

    public ValueTask DisposeAsync() => default;

#pragma warning disable CA5394 // The same cuts for the same seed are the point.
    private bool IsBroken() => random.NextDouble() < breakage;
#pragma warning restore CA5394

    // A reader may only ask for places behind whole events, or between events.
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

    private string Reply(RawBson command)
    {
        foreach (var element in command)
        {
            return element.Name switch
            {
                "buildInfo" => """{"versionArray":[8,0,0,0],"ok":1}""",
                "hello" => $$$"""{"setName":"rs0","maxWireVersion":25,"operationTime":{"$timestamp":{"t":{{{history.Start.Seconds}}},"i":1}},"ok":1}""",
                "listDatabases" => """{"databases":[],"ok":1}""",
                "find" => """{"cursor":{"id":0,"ns":"a.b","firstBatch":[]},"ok":1}""",
                _ => """{"ok":1}""",
            };
        }

        return "{}";
    }
}
