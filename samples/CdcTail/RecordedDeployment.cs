using CdcEmbedded;
using CdcEmbedded.MongoDb;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.Transforms;

namespace CdcTail;

/// <summary>Stands in for a MongoDB deployment whose change stream was recorded: the replies to one <c>getMore</c> after the other, each with
/// one event, the last one with none. It answers what a <see cref="MongoSource"/> asks before it opens the stream, too.</summary>
internal sealed class RecordedDeployment : IMongoDeployment
{
    private readonly TableFilter _filter;
    private readonly List<MongoBatch> _replies = [];

    /// <param name="recording">The replies as BSON documents, one behind the other.</param>
    /// <param name="include">The collections whose events a server would send.</param>
    /// <param name="exclude">Those that it would not.</param>
    /// <exception cref="CdcProtocolException">The recording is damaged.</exception>
    public RecordedDeployment(byte[] recording, IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        _filter = new TableFilter(include, exclude);
        for (var place = 0; place < recording.Length; place += _replies[^1].Reply.Bytes.Length)
        {
            _replies.Add(new MongoBatch(new RawBson(recording, place, BitConverter.ToInt32(recording, place))));
        }
    }

    public ValueTask<RawBson> RunCommandAsync(
        string database, RawBson command, MongoCommandOptions? options = null, CancellationToken cancellationToken = default)
        => ValueTask.FromResult(RawBson.Parse(NameOf(command) switch
        {
            "buildInfo" => """{"version":"8.0.4","versionArray":[8,0,4,0]}""",
            "hello" => $$"""{"setName":"rs0","maxWireVersion":25,"operationTime":{{Json(TimeOf(_replies[^2]))}}}""",
            "connectionStatus" => """{"authInfo":{"authenticatedUsers":[]}}""",
            "listDatabases" => """{"databases":[]}""",
            "find" when command["find"].AsString() == "oplog.rs" => Oplog(command),
            "find" => Found(""),
            _ => "{}",
        }));

    public ValueTask<IMongoCursor> OpenCursorAsync(
        string database, RawBson command, MongoCursorOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (NameOf(command) != "aggregate")
        {
            // The collections of a database: what they are now, a recording does not know.
            return ValueTask.FromResult<IMongoCursor>(new RecordedCursor([new MongoBatch(RawBson.Parse(Found("")))]));
        }

        var stream = command["pipeline"].AsDocument()["0"].AsDocument()["$changeStream"].AsDocument();
        return ValueTask.FromResult<IMongoCursor>(new RecordedCursor(_replies.FindAll(reply => IsWanted(reply, stream))));
    }

    public ValueTask DisposeAsync() => default;

    // The server's part: what came before the start, and what the patterns leave out, is not sent.
    private bool IsWanted(MongoBatch reply, RawBson stream)
    {
        if (reply.Documents.IsEmpty)
        {
            return true;
        }

        var change = EventOf(reply);
        if (stream["startAfter"] is { Type: BsonType.Document } after
            && string.CompareOrdinal(TokenOf(change), after.AsDocument()["_data"].AsString()) <= 0)
        {
            return false;
        }

        if (stream["startAtOperationTime"] is { Type: BsonType.Timestamp } start && TimeOf(reply) < start.AsTimestamp())
        {
            return false;
        }

        return change["ns"] is not { Type: BsonType.Document } place || place.AsDocument()["coll"] is not { Type: BsonType.String } collection
            || _filter.Matches(place.AsDocument()["db"].AsString(), collection.AsString());
    }

    private string Oplog(RawBson command)
    {
        var isFirst = command["sort"].AsDocument()["$natural"].AsInt64() > 0;
        return Found($$"""{"ts":{{Json(TimeOf(isFirst ? _replies[0] : _replies[^2]))}}}""");
    }

    private static string NameOf(RawBson command)
    {
        foreach (var element in command)
        {
            return element.Name;
        }

        return "";
    }

    private static string Found(string documents) => $$$"""{"cursor":{"id":{"$numberLong":"0"},"ns":"recorded","firstBatch":[{{{documents}}}]}}""";

    private static RawBson EventOf(MongoBatch reply) => reply.Documents["0"].AsDocument();

    private static string TokenOf(RawBson change) => change["_id"].AsDocument()["_data"].AsString();

    private static BsonTimestamp TimeOf(MongoBatch reply) => EventOf(reply)["clusterTime"].AsTimestamp();

    private static string Json(BsonTimestamp time) => $$$"""{"$timestamp":{"t":{{{time.Seconds}}},"i":{{{time.Ordinal}}}}}""";

    /// <summary>Reads the replies, and the last one, which is empty, again and again.</summary>
    private sealed class RecordedCursor(List<MongoBatch> replies) : IMongoCursor
    {
        private int _next;

        public string Server => "recording";

        public bool IsExhausted => replies[^1].CursorId == 0 && _next == replies.Count;

        public ValueTask<MongoBatch> ReadAsync(CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(replies[_next < replies.Count ? _next++ : ^1]);
        }

        public ValueTask DisposeAsync() => default;
    }
}
