using System.Globalization;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Replay;

/// <summary>
/// Change events encoded beforehand and served from memory as fast as a client reads, so that a benchmark measures the client: updates of
/// orders with their full documents, about <c>640</c> bytes each.
/// </summary>
public sealed class ReplayFeed
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int[] _offsets;
    private readonly DocTimestamp _first;

    /// <summary>Encodes the events.</summary>
    /// <param name="count">How many.</param>
    /// <param name="eventSize">The size that each is padded to; from 520.</param>
    /// <param name="database">The namespace's database.</param>
    /// <param name="collection">The namespace's collection.</param>
    public ReplayFeed(int count, int eventSize = 640, string database = "shop", string collection = "orders")
    {
        Database = database;
        Collection = collection;
        _first = new DocTimestamp(1_767_225_600, 1);
        var buffer = new ByteBuffer((count * (eventSize + 8)) + 16);
        _offsets = new int[count + 1];
        for (int i = 0; i < count; i++)
        {
            DocWriter.Write(buffer, Event(i, eventSize));
            _offsets[i + 1] = buffer.Length;
        }

        _bytes = buffer.Written;
    }

    /// <summary>How many events.</summary>
    public int Count => _offsets.Length - 1;

    /// <summary>The namespace's database.</summary>
    public string Database { get; }

    /// <summary>The namespace's collection.</summary>
    public string Collection { get; }

    /// <summary>The bytes of all events together.</summary>
    public long TotalBytes => _bytes.Length;

    /// <summary>One event's bytes.</summary>
    public ReadOnlyMemory<byte> this[int index] => _bytes[_offsets[index].._offsets[index + 1]];

    /// <summary>The post-batch token after that many events.</summary>
    internal Doc TokenAfter(int count) => (count == 0 ? new ResumeToken(_first, false) : new ResumeToken(TimeOf(count - 1), true)).ToDoc();

    internal int IndexAfter(ReceivedToken token) =>
        (int)Math.Clamp((long)(token.Time.Value - _first.Value) + (token.IsEvent ? 1 : 0), 0, Count);

    private DocTimestamp TimeOf(int index) => new(_first.Value + (ulong)index);

    private Doc Event(int index, int size)
    {
        DocTimestamp time = TimeOf(index);
        var id = new DocId(0x65000000u + (uint)(index / 1000), (ulong)index);
        Doc document = Order(index, id);
        var made = new Doc
        {
            { "_id", new ResumeToken(time, true).ToDoc() },
            { "operationType", "update" },
            { "clusterTime", time },
            { "wallTime", new DocDate(((long)time.Seconds * 1000) + (index % 1000)) },
            { "fullDocument", document },
            { "ns", new Doc { { "db", Database }, { "coll", Collection } } },
            { "documentKey", new Doc { { "_id", id } } },
            {
                "updateDescription", new Doc
                {
                    { "updatedFields", new Doc { { "status", document["status"] }, { "version", document["version"] } } },
                    { "removedFields", Array.Empty<object?>() },
                    { "truncatedArrays", Array.Empty<object?>() },
                }
            },
        };
        int missing = size - DocWriter.ToBytes(made).Length;
        if (missing > 0)
        {
            document["note"] = "n" + new string('.', missing);
        }

        return made;
    }

    private static Doc Order(int index, DocId id) => new()
    {
        { "_id", id },
        { "number", (long)index },
        { "customer", string.Create(CultureInfo.InvariantCulture, $"customer-{index % 9973:00000}") },
        { "status", (index % 4) switch { 0 => "paid", 1 => "packed", 2 => "sent", _ => "returned" } },
        { "version", index % 17 },
        { "total", (index % 100_000) / 100.0 },
        { "placed", new DocDate(1_767_000_000_000 + index) },
        { "express", index % 3 == 0 },
        { "lines", new[] { new Doc { { "sku", $"sku-{index % 1000}" }, { "count", 1 + (index % 5) } } } },
        { "note", "n" },
    };
}
