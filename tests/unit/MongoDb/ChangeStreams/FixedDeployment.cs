using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>A deployment whose change stream has given batches, then empty ones.</summary>
internal sealed class FixedDeployment(params MongoBatch[] batches) : IMongoDeployment
{
    public FixedDeployment(params RawBson[] events)
        : this(DamagedEvents.Batch(events))
    {
    }

    /// <summary>The commands that opened streams.</summary>
    public List<BsonDocument> Opened { get; } = [];

    /// <summary>The deployment's time, in seconds.</summary>
    public uint Time { get; init; }

    /// <summary>Parts of the reply to <c>hello</c>.</summary>
    public string Hello { get; init; } = "\"setName\":\"rs0\"";

    public ValueTask<RawBson> RunCommandAsync(string database, BsonDocument command, CancellationToken cancellationToken)
        => new(RawBson.Parse(command.GetElement(0).Name switch
        {
            "buildInfo" => """{"versionArray":[8,0,0,0],"ok":1}""",
            "hello" => $$$"""{{{{Hello}}},"maxWireVersion":25,"operationTime":{"$timestamp":{"t":{{{Time}}},"i":1}},"ok":1}""",
            "listDatabases" => """{"databases":[],"ok":1}""",
            "find" => """{"cursor":{"id":0,"ns":"a.b","firstBatch":[]},"ok":1}""",
            _ => """{"ok":1}""",
        }));

    public ValueTask<RawBson> WriteAsync(string database, BsonDocument command, CancellationToken cancellationToken)
        => throw new InvalidOperationException("There are no collections to write.");

    public ValueTask<IMongoCursor> OpenCursorAsync(string database, BsonDocument command, CursorOptions options,
        CancellationToken cancellationToken)
    {
        if (!command.Contains("aggregate"))
        {
            return new(new ScriptedCursor([RawBson.Parse("""{"cursor":{"id":0,"ns":"shop.$cmd","firstBatch":[]},"ok":1}""")]));
        }

        Opened.Add(command);
        return new(new Cursor(Opened.Count == 1 ? batches : []));
    }

    public ValueTask DisposeAsync() => default;

    private sealed class Cursor(MongoBatch[] batches) : IMongoCursor
    {
        private int _next;

        public string Server => "fixed:0";

        public bool IsExhausted => _next > 0 && _next <= batches.Length && batches[_next - 1].CursorId == 0;

        public async ValueTask<MongoBatch> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (_next < batches.Length)
            {
                return batches[_next++];
            }

            await Task.Delay(5, cancellationToken);
            return DamagedEvents.Batch();
        }

        public ValueTask DisposeAsync() => default;
    }
}
