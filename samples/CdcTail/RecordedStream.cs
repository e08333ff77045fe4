using CdcEmbedded.Transforms;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace CdcTail;

/// <summary>A recorded change stream: the replies to one <c>getMore</c> after the other, each with one event, the last one with none.
/// Answers the commands of a source, and of its driver, as the recorded server would.</summary>
internal sealed class RecordedStream
{
    private static readonly TimeSpan AwaitTime = TimeSpan.FromMilliseconds(50);
    private readonly TableFilter _filter;
    private readonly List<BsonDocument> _replies = [];
    private readonly Dictionary<long, Queue<BsonDocument>> _cursors = [];
    private readonly RecordedCollections? _collections;
    private readonly BsonTimestamp _middle;

    /// <param name="recording">The replies as BSON documents, one after the other.</param>
    /// <param name="include">The collections whose events the server sends.</param>
    /// <param name="exclude">Those whose events it does not send.</param>
    /// <param name="hasCollections">True if the clock stays in the middle of the recording, before its first replacement, and the
    /// collections can be read as they were then.</param>
    public RecordedStream(byte[] recording, IReadOnlyList<string> include, IReadOnlyList<string> exclude, bool hasCollections = false)
    {
        _filter = new TableFilter(include, exclude);
        using var stream = new MemoryStream(recording);
        while (stream.Position < stream.Length)
        {
            using var reader = new BsonBinaryReader(stream);
            _replies.Add(BsonSerializer.Deserialize<BsonDocument>(reader));
        }

        var before = _replies.TakeWhile(static reply => Events(reply) is [var change, ..] && change["operationType"] != "replace").ToList();
        _middle = TimeOf(before[^1]);
        _collections = hasCollections ? new RecordedCollections(before.Select(static reply => Events(reply)[0].AsBsonDocument)
            .Where(change => change.TryGetValue("ns", out var place) && place.AsBsonDocument.TryGetValue("coll", out var name)
                && _filter.Matches(place["db"].AsString, name.AsString))) : null;
    }

    /// <summary>Answers a command.</summary>
    public async ValueTask<BsonDocument> AnswerAsync(BsonDocument command, CancellationToken stop)
    {
        var name = command.GetElement(0).Name;
        if (name == "getMore")
        {
            return await NextAsync(command[name].ToInt64(), stop);
        }

        var reply = name switch
        {
            "hello" => Hello(),
            "buildInfo" => BsonDocument.Parse("""{"version":"8.0.4","versionArray":[8,0,4,0]}"""),
            "connectionStatus" => BsonDocument.Parse("""{"authInfo":{"authenticatedUsers":[]}}"""),
            "listDatabases" => BsonDocument.Parse("""{"databases":[]}"""),
            "find" when command[name] == "oplog.rs"
                => Found(new BsonDocument("ts", TimeOf(command["sort"]["$natural"] == 1 ? _replies[0] : _replies[^2]))),
            "listCollections" when _collections is not null => Found(_collections.Descriptions),
            "count" when _collections is not null => new BsonDocument("n", _collections.Count(command[name].AsString)),
            "find" when _collections is not null => Found(_collections.Read(command[name].AsString)).Set("operationTime", _middle),
            "find" or "listCollections" => Found(),
            "aggregate" => Open(command["pipeline"][0]["$changeStream"].AsBsonDocument),
            _ => new BsonDocument(),
        };
        return reply.Set("ok", 1);
    }

    private BsonDocument Hello() => new()
    {
        { "isWritablePrimary", true }, { "setName", "rs0" }, { "setVersion", 1 }, { "hosts", new BsonArray { "127.0.0.1" } },
            { "minWireVersion", 0 },
        { "maxWireVersion", 25 }, { "maxBsonObjectSize", 16 * 1024 * 1024 }, { "maxMessageSizeBytes", 48_000_000 },
            { "maxWriteBatchSize", 100_000 },
        { "logicalSessionTimeoutMinutes", 30 }, { "operationTime", Now },
    };

    private BsonTimestamp Now => _collections is null ? TimeOf(_replies[^2]) : _middle;

    private BsonDocument Open(BsonDocument stage)
    {
        lock (_cursors)
        {
            var id = _cursors.Count + 1L;
            _cursors[id] = new Queue<BsonDocument>(_replies.Where(reply => IsWanted(reply, stage)));
            var cursor = Next(_cursors[id], id)["cursor"].AsBsonDocument;
            cursor.SetElement(cursor.IndexOfName("nextBatch"), new BsonElement("firstBatch", cursor["nextBatch"]));
            return new BsonDocument("cursor", cursor);
        }
    }

    private async ValueTask<BsonDocument> NextAsync(long id, CancellationToken stop)
    {
        BsonDocument reply;
        lock (_cursors)
        {
            if (!_cursors.TryGetValue(id, out var cursor))
            {
                return new BsonDocument { { "ok", 0 }, { "code", 43 }, { "errmsg", $"cursor id {id} not found" } };
            }

            reply = Next(cursor, id);
        }

        if (Events(reply).Count == 0)
        {
            await Task.Delay(AwaitTime, stop);
        }

        return reply;
    }

    // The last reply has no event, and is sent again and again.
    private static BsonDocument Next(Queue<BsonDocument> cursor, long id)
    {
        var reply = (cursor.Count > 1 ? cursor.Dequeue() : cursor.Peek()).DeepClone().AsBsonDocument;
        reply["cursor"]["id"] = id;
        return reply;
    }

    // What a server does: events before the start, and those that the patterns exclude, are not sent.
    private bool IsWanted(BsonDocument reply, BsonDocument stage)
    {
        if (Events(reply).Count == 0)
        {
            return true;
        }

        var change = Events(reply)[0].AsBsonDocument;
        if (stage.TryGetValue("startAfter", out var after)
            && string.CompareOrdinal(change["_id"]["_data"].AsString, after["_data"].AsString) <= 0)
        {
            return false;
        }

        if (stage.TryGetValue("startAtOperationTime", out var start) && TimeOf(reply) < start.AsBsonTimestamp)
        {
            return false;
        }

        return !change.TryGetValue("ns", out var place) || !place.AsBsonDocument.TryGetValue("coll", out var collection)
            || _filter.Matches(place["db"].AsString, collection.AsString);
    }

    private static BsonDocument Found(params BsonDocument[] documents) => new("cursor", new BsonDocument
    {
        { "id", 0L }, { "ns", "local.recorded" }, { "firstBatch", new BsonArray(documents) },
    });

    private static BsonArray Events(BsonDocument reply) => reply["cursor"]["nextBatch"].AsBsonArray;

    private static BsonTimestamp TimeOf(BsonDocument reply) => Events(reply)[0]["clusterTime"].AsBsonTimestamp;
}
