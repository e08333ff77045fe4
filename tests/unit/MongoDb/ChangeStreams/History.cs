using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>A random history of a deployment: single events, transactions of one to six events, split events, at growing times.</summary>
internal sealed class History
{
    public static readonly string[] Collections = ["orders", "lines", "notes"];
    private readonly List<HistoryEvent> _events = [];
    private readonly List<ExpectedChange> _expected = [];
    private uint _time = 1_700_000_000;
    private int _transactions;

    private History()
    {
    }

    public IReadOnlyList<HistoryEvent> Events => _events;

    /// <summary>What a reader must see, by number.</summary>
    public IReadOnlyList<ExpectedChange> Expected => _expected;

    public ClusterTime Start { get; } = new(1_700_000_000, 1);

    /// <summary>After everything.</summary>
    public string EndToken => Token(_time + 1, 0, 0);

    public static History Make(int seed, int entries)
    {
#pragma warning disable CA5394 // The same history for the same seed is the point.
        var random = new Random(seed);
        var history = new History();
        for (var i = 0; i < entries; i++)
        {
            history._time += (uint)random.Next(1, 3);
            if (random.Next(3) == 0)
            {
                history.AddTransaction(random, random.Next(1, 7));
            }
            else
            {
                history.Add(random, null, 0, 1, new Dictionary<string, long>());
            }
        }
#pragma warning restore CA5394
        return history;
    }

    public static string Token(uint time, int index, int fragment) => $"82{time:X8}00000001{index:X4}{fragment:X2}";

    public static ClusterTime TimeOf(string token) => new(Convert.ToUInt32(token[2..10], 16), 1);

    private void AddTransaction(Random random, int size)
    {
        var number = ++_transactions;
        var first = _expected.Count;
        var counts = new Dictionary<string, long>();
        for (var i = 0; i < size; i++)
        {
            Add(random, number, i, i + 1, counts);
        }

        for (var i = first; i < _expected.Count; i++)
        {
            _expected[i] = _expected[i] with { TransactionSize = size };
        }
    }

    private void Add(Random random, int? transaction, int index, long order, Dictionary<string, long> counts)
    {
#pragma warning disable CA5394
        var collection = Collections[random.Next(Collections.Length)];
        var fragments = random.Next(5) == 0 ? random.Next(2, 4) : 1;
#pragma warning restore CA5394
        counts[collection] = counts.GetValueOrDefault(collection) + 1;
        var number = _expected.Count;
        _expected.Add(new ExpectedChange(number, collection, transaction, order, transaction is null ? 1 : counts[collection], 0));
        for (var fragment = 1; fragment <= fragments; fragment++)
        {
            var token = Token(_time, index + 1, fragments == 1 ? 0 : fragment);
            _events.Add(new HistoryEvent(
                Write(number, token, collection, transaction, fragment, fragments), token, fragment == fragments ? number : -1));
        }
    }

    private BsonDocument Write(int number, string token, string collection, int? transaction, int fragment, int of)
    {
        var result = new BsonDocument("_id", new BsonDocument("_data", token));
        if (of > 1)
        {
            result.Add("splitEvent", new BsonDocument { { "fragment", fragment }, { "of", of } });
        }

        if (fragment == 1)
        {
            result.Add("operationType", "insert");
            result.Add("clusterTime", new ClusterTime(_time, 1).ToBson());
            if (transaction is { } txn)
            {
                result.Add("lsid", new BsonDocument("id", new BsonBinaryData(new Guid(7, 7, 7, new byte[8]), GuidRepresentation.Standard)));
                result.Add("txnNumber", (long)txn);
            }

            result.Add("ns", new BsonDocument { { "db", "shop" }, { "coll", collection } });
        }

        if (fragment == of)
        {
            result.Add("documentKey", new BsonDocument("_id", number));
        }

        if (fragment == Math.Min(2, of))
        {
            result.Add("fullDocument", new BsonDocument("_id", number));
        }

        return result;
    }
}
