using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>A change for people: in place of a value that cannot be decoded is
/// <c>{"$undecodable": {"error": text, "bytes": hex}}</c>.</summary>
internal sealed class ReadableChange : ChangeSet
{
    private readonly ChangeEvent _change;
    private readonly DataRecord _before;
    private readonly DataRecord _after;
    private readonly DataRecord _key;
    private readonly DataRecord _relatedKey;

    public ReadableChange(ChangeEvent change)
    {
        _change = change;
        _before = Readable(change.Before);
        _after = Readable(change.After);
        _key = Readable(change.Key);
        _relatedKey = Readable(change.RelatedKey);
        Transaction = change.Transaction;
        if (Transaction is not null)
        {
            StartAt(change.TotalOrder);
        }
    }

    public override int Count => 1;

    public override long ByteSize => 1;

    public override TransactionInfo? Transaction { get; }

    public override string GetDatabase(int change) => _change.Database;

    public override string GetTable(int change) => _change.Table;

    public override TableSchema? GetSchema(int change) => _change.Schema;

    public override DateTimeOffset GetTimestamp(int change) => _change.Timestamp;

    public override ChangeOperation GetOperation(int change) => _change.Operation;

    public override DataRecord GetBefore(int change) => _before;

    public override DataRecord GetAfter(int change) => _after;

    public override DataRecord GetKey(int change) => _key;

    public override DataRecord GetRelatedKey(int change) => _relatedKey;

    public override SourceInfo GetSource(int change) => _change.Source;

    public override string GetEventId(int change) => _change.EventId;

    public override SourcePosition GetPosition(int change) => throw new NotSupportedException("This change is for people.");

    private static DataRecord Readable(DataRecord record)
    {
        if (!record.HasValue)
        {
            return record;
        }

        try
        {
            var names = new string[record.Count];
            var values = new DataValue[names.Length];
            for (var i = 0; i < names.Length; i++)
            {
                names[i] = record.GetName(i);
                if ((Undecodable.Read(record, i, out values[i]) ?? NoJson(values[i])) is { } failure)
                {
                    values[i] = Mark(failure);
                }
            }

            return new DataRecord(new DetachedRecordSet(record.Schema, names, values), 0);
        }
        catch (CdcProtocolException e)
        {
            // Not even the document's fields can be found.
            return new DataRecord(new DetachedRecordSet(null, ["document"], [Mark(e)]), 0);
        }
    }

    // A format refuses text that is no JSON, which the value itself does not look at.
    private static CdcProtocolException? NoJson(in DataValue value)
    {
        if (value.Kind != ValueKind.Json)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(value.AsString(), new JsonDocumentOptions { MaxDepth = 1000 });
            return null;
        }
        catch (JsonException e)
        {
            return new CdcProtocolException($"A JSON value is not JSON: {e.Message}", innerException: e);
        }
    }

    private static DataValue Mark(CdcProtocolException failure)
    {
        var bytes = failure is ValueDecodingException value ? Convert.ToHexStringLower(value.RawBytes.Span) : "";
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("$undecodable"u8);
            writer.WriteString("error"u8, failure.Message);
            writer.WriteString("bytes"u8, bytes);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return DataValue.FromJson(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
