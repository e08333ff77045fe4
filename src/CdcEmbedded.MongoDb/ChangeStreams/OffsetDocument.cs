using System.Text.Json;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The position in a MongoDB offset.</summary>
/// <remarks>
/// <c>{"scope":"*","pipeline":hex,"token":{"_data":hex},"time":{"t":seconds,"i":ordinal},"after":true,
/// "tx":[{"lsid":{…},"txn":n,"ts_ms":n,"time":{…}}]}</c>.
/// <c>token</c> is the whole resume token as canonical extended JSON; without one reading begins at <c>time</c>, or after it with
/// <c>after</c>.
/// <c>tx</c> has the transactions of which changes have been delivered and more may come.
/// Version 1 had the same properties beside <c>"source":"mongodb"</c>, the replica set's name as <c>set</c>, and each transaction's
/// counts as <c>"events":n,"collections":[[database,collection,n],…]</c>.
/// </remarks>
internal sealed class OffsetDocument
{
    public string? Scope { get; init; }

    public string? Set { get; init; }

    public string Pipeline { get; init; } = "";

    public StreamPoint Point { get; init; }

    public IReadOnlyCollection<TransactionProgress> Open { get; init; } = MongoPosition.NoneOpen;

    /// <summary>The offset of a place outside of any snapshot.</summary>
    public CdcOffset ToOffset() => new MongoPosition(this).ToOffset();

    /// <summary>Writes the properties of the offset's position.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        WriteIfKnown(writer, "scope"u8, Scope);
        WriteIfKnown(writer, "pipeline"u8, Pipeline.Length > 0 ? Pipeline : null);
        WritePoint(writer);
        if (Open.Count > 0)
        {
            WriteTransactions(writer);
        }
    }

    /// <exception cref="OffsetFormatException">It is not an offset of MongoDB, or its contents are damaged.</exception>
    public static OffsetDocument Read(CdcOffset offset)
    {
        var content = OffsetContent.Read(offset, MongoSource.ConnectorName);
        try
        {
            var root = content.Position;
            var token = root.TryGetProperty("token", out var json) ? RawBson.Parse(json.GetRawText()) : default;
            ClusterTime? time = root.TryGetProperty("time", out var at) ? ReadTime(at) : null;
            return token.HasValue || time.HasValue
                ? new OffsetDocument
                {
                    Scope = Text(root, "scope"),
                    Set = content.Version == 1 ? Text(root, "set") : content.SourceId,
                    Pipeline = Text(root, "pipeline") ?? "",
                    Point = new StreamPoint(token, time, root.TryGetProperty("after", out var after) && after.GetBoolean()),
                    Open = root.TryGetProperty("tx", out var open) ? ReadTransactions(open) : MongoPosition.NoneOpen,
                }
                : throw new OffsetFormatException($"The MongoDB offset {offset} has neither a resume token nor a time.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new OffsetFormatException($"The MongoDB offset {offset} is damaged: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private void WritePoint(Utf8JsonWriter writer)
    {
        if (Point.Token.HasValue)
        {
            writer.WritePropertyName("token"u8);
            writer.WriteRawValue(Point.Token.ToJson(ExtendedJsonMode.Canonical));
        }

        if (Point.Time is { } time)
        {
            WriteTime(writer, time);
        }

        if (Point.IsAfter)
        {
            writer.WriteBoolean("after"u8, true);
        }
    }

    private void WriteTransactions(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("tx"u8);
        foreach (var progress in Open)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("lsid"u8);
            writer.WriteRawValue(progress.Transaction.Session.ToJson(ExtendedJsonMode.Canonical));
            writer.WriteNumber("txn"u8, progress.Transaction.Number);
            writer.WriteNumber("ts_ms"u8, progress.Transaction.Timestamp.ToUnixTimeMilliseconds());
            WriteTime(writer, progress.LastTime);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static TransactionProgress[] ReadTransactions(JsonElement open)
    {
        var result = new List<TransactionProgress>();
        foreach (var tx in open.EnumerateArray())
        {
            var counts = new List<CollectionCount>();
            foreach (var count in tx.TryGetProperty("collections", out var collections) ? collections.EnumerateArray() : default)
            {
                counts.Add(count.GetArrayLength() == 3
                    ? new CollectionCount(count[0].GetString() ?? "", count[1].GetString() ?? "", count[2].GetInt64())
                    : throw new FormatException("A count of a collection has three parts."));
            }

            var milliseconds = Math.Clamp(tx.GetProperty("ts_ms").GetInt64(), BsonDates.MinMilliseconds, BsonDates.MaxMilliseconds);
            var transaction = new MongoTransaction(
                RawBson.Parse(tx.GetProperty("lsid").GetRawText()), tx.GetProperty("txn").GetInt64(),
                    DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
            result.Add(new TransactionProgress(transaction, ReadTime(tx.GetProperty("time")), [.. counts]));
        }

        return [.. result];
    }

    private static void WriteTime(Utf8JsonWriter writer, ClusterTime time)
    {
        writer.WriteStartObject("time"u8);
        writer.WriteNumber("t"u8, time.Seconds);
        writer.WriteNumber("i"u8, time.Ordinal);
        writer.WriteEndObject();
    }

    private static ClusterTime ReadTime(JsonElement time) => new(time.GetProperty("t").GetUInt32(), time.GetProperty("i").GetUInt32());

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static void WriteIfKnown(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
