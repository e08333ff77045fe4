using System.Buffers;
using CdcEmbedded.Formats;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Tests.Documents;
using CdcEmbedded.Sources;
using CdcEmbedded.Tests.Fuzzing;
using CdcEmbedded.Transactions;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Fuzzing;

/// <summary>Replies of a cursor with events of every kind through the assembler; then everything that an application can read of
/// them.</summary>
internal sealed class DamagedReplies : FuzzTarget
{
    private const string Session = """{"id":{"$binary":{"base64":"pvSX6clJRmmMPUiKCTKPlg==","subType":"04"}},"uid":{"$numberInt":"1"}}""";

    private static readonly string[] _kinds =
    [
        """{"operationType":"insert","fullDocument":{"_id":1,"a":{"b":[1,2]}}}""",
        """
        {"operationType":"update","fullDocument":{"_id":1,"a":{"b":[1]},"x":5},"fullDocumentBeforeChange":{"_id":1,"a":{"b":[1,2]},"c":1},
        "updateDescription":{"updatedFields":{"x":5,"a.b.0":1},"removedFields":["c"],"truncatedArrays":[{"field":"a.b","newSize":1}],
        "disambiguatedPaths":{"a.b.0":["a","b",0]}}}
        """,
        """{"operationType":"update","updateDescription":{"updatedFields":{"a.b":5},"removedFields":[]}}""",
        """{"operationType":"replace","fullDocument":{"_id":1},"fullDocumentBeforeChange":null}""",
        """{"operationType":"delete","fullDocumentBeforeChange":{"_id":1,"a":1}}""",
        """{"operationType":"rename","to":{"db":"shop","coll":"lines"},"operationDescription":{"to":{"db":"shop","coll":"lines"}}}""",
        """{"operationType":"create","operationDescription":{"idIndex":{"v":2,"key":{"_id":1},"name":"_id_"}}}""",
        """{"operationType":"modify","operationDescription":{"changeStreamPreAndPostImages":{"enabled":false}}}""",
        """{"operationType":"shardCollection","operationDescription":{"shardKey":{"_id":"hashed"},"unique":false}}""",
        """{"operationType":"dropDatabase"}""", """{"operationType":"invalidate"}""", """{"operationType":"endOfTransaction"}""",
    ];

    private readonly EnvelopeJson _envelope = new();
    private readonly DebeziumJson _debezium = new();
    private readonly ArrayBufferWriter<byte> _output = new();

    public override long MaxAllocated => 32L * 1024 * 1024;

    public override int Run(Random random)
    {
        var stream = new StreamIdentity
        {
            Name = "test", SetName = "rs0", Scope = new StreamScope(null, null), IsSharded = random.Next(2) == 0,
            FullDocument = (FullDocumentMode)random.Next(5), BeforeImages = (BeforeImageMode)random.Next(4),
        };
        var assembler = new ChangeStreamAssembler(stream, StreamPoint.At(new ClusterTime(1, 1), random.Next(2) == 0), [],
            random.Next(2) == 0, null);
        var tracker = new TransactionTracker(wantsItems: true);
        tracker.Start(null);
        tracker.OnOpened(assembler.Position);
        var length = 0;
        for (var batches = 1 + random.Next(3); batches > 0; batches--)
        {
            var reply = Reply(random);
            for (var changes = random.Next(4); changes > 0; changes--)
            {
                DamagedBson.Change(random, reply);
            }

            var bytes = DamagedBson.Bytes(random, reply, Reply(random));
            length += bytes.Length;
            Read(random, bytes, assembler, tracker);
        }

        return length;
    }

    private void Read(Random random, byte[] bytes, ChangeStreamAssembler assembler, TransactionTracker tracker)
    {
        try
        {
            if (random.Next(4) == 0)
            {
                assembler.OnReopened();
            }

            var batch = assembler.Process(new MongoBatch(new RawBson(bytes)), random.Next(8) == 0);
            tracker.Process(batch);
            foreach (var entry in batch.Entries)
            {
                Touch(entry);
            }

            Quietly(() => assembler.Position.ToOffset());
            assembler.Failure?.Throw();
        }
        catch (CdcException)
        {
            // The reply is damaged.
        }
    }

    private void Touch(FeedEntry entry)
    {
        Quietly(() => OffsetDocument.Read(entry.Place.ToOffset(null)));
        if (entry.Item is SchemaChange schema)
        {
            Quietly(() => schema.Details.HasValue ? schema.Details.ToExtendedJson() : "");
            Touch(schema.Source);
        }

        for (var i = 0; entry.Changes is { } set && i < set.Count; i++)
        {
            var change = set.ToEvent(i);
            var number = i;
            Quietly(() => _envelope.ToJson(change));
            Quietly(() => Write(change));
            Quietly(() => (change.EventId, change.Timestamp, change.Transaction?.Id, change.Database, change.Table));
            Quietly(() => set.GetChangedColumns(number));
            Quietly(() => OffsetDocument.Read(set.PlaceAfter(number).ToOffset(null)));
            foreach (var record in (DataRecord[])[change.Key, change.Before, change.After])
            {
                Quietly(() => record.HasValue ? record.ToBsonDocument() : null);
                Quietly(() => record.Select(static field => field.Name + field.Value).ToList());
            }

            Touch(change.Source);
            if (change.Source is MongoSourceInfo { UpdateDescription: { HasValue: true } update } && change.Before.HasValue)
            {
                Quietly(() => update.Apply(change.Before).ToExtendedJson());
            }
        }
    }

    private object? Write(ChangeEvent change)
    {
        _output.ResetWrittenCount();
        _debezium.Write(_output, change);
        return null;
    }

    private static void Touch(SourceInfo source)
    {
        var info = Assert.IsType<MongoSourceInfo>(source);
        Quietly(() => (info.OperationType, info.ClusterTime, info.WallTime, info.TransactionNumber));
        Quietly(() => info.ResumeToken);
        Quietly(() => info.CollectionUuid);
        Quietly(() => info.KeyJson);
        Quietly(() => info.SessionId.HasValue ? info.SessionId.ToExtendedJson() : "");
        Quietly(() => info.WithoutValues());
        Quietly(() => info.UpdateDescription.RemovedFields);
        Quietly(() => info.UpdateDescription.TruncatedArrays);
        Quietly(() => info.UpdateDescription.UpdatedFields);
    }

    private static void Quietly(Func<object?> read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CdcException or FormatException)
        {
            // A damaged value may refuse to be read, and says FormatException where it is to become the driver's.
        }
    }

    private static BsonDocument Reply(Random random)
    {
        var events = new BsonArray();
        for (var count = random.Next(5); count > 0; count--)
        {
            events.Add(Event(random, random.Next(4) == 0 ? random.Next(1, 4) : 0));
        }

        var cursor = new BsonDocument
        {
            { "id", 7L }, { "ns", "shop.$cmd.aggregate" }, { random.Next(4) == 0 ? "firstBatch" : "nextBatch", events },
        };
        if (random.Next(3) > 0)
        {
            cursor.Add("postBatchResumeToken", Token(random));
        }

        return new BsonDocument { { "cursor", cursor }, { "ok", 1.0 }, { "operationTime", new BsonTimestamp(9, 1) } };
    }

    private static BsonDocument Event(Random random, int fragment)
    {
        var result = new BsonDocument("_id", Token(random));
        if (fragment > 0)
        {
            result.Add("splitEvent", new BsonDocument { { "fragment", fragment }, { "of", 3 } });
        }

        result.Add("clusterTime", new BsonTimestamp(random.Next(1, 40), 1));
        result.Add("wallTime", new BsonDateTime(1_700_000_000_000));
        result.Add("collectionUUID", new BsonBinaryData(Guid.Empty, GuidRepresentation.Standard));
        if (random.Next(3) == 0)
        {
            result.Add("lsid", BsonDocument.Parse(Session));
            result.Add("txnNumber", (long)random.Next(3));
        }

        result.Add("ns", new BsonDocument { { "db", "shop" }, { "coll", "orders" } });
        result.Add("documentKey", random.Next(4) == 0 ? RandomDocument.Make(random.Next(1000)).ToRecord().ToBsonDocument()
            : new BsonDocument("_id", 1));
        result.AddRange(BsonDocument.Parse(_kinds[random.Next(_kinds.Length)]));
        return result;
    }

    private static BsonDocument Token(Random random) => random.Next(10) switch
    {
        0 => new BsonDocument("_data", new BsonBinaryData([1, 2], BsonBinarySubType.Binary)),
        1 => new BsonDocument { { "_data", "82" }, { "_typeBits", new BsonBinaryData([1], BsonBinarySubType.Binary) } },
        _ => new BsonDocument("_data", $"82{random.Next(1, 40):X8}000000012B042C{random.Next(4):X2}00296E{random.Next(256):X2}04"),
    };
}
