using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>Writes changes as Debezium's schemaless JSON envelope: <c>before</c>, <c>after</c>, <c>source</c>, <c>op</c>, <c>ts_ms</c>,
/// <c>transaction</c>, <c>key</c>, and <c>related_key</c> where a change has <see cref="ChangeEvent.RelatedKey"/>, on one line.</summary>
/// <remarks>
/// <para>Integers are complete JSON numbers (read <c>bigint</c> as 64 bits, not as double), decimals strings, dates and
/// times ISO text with as many digits as the column has, zero and partial dates MySQL's own text, ENUM and SET their labels
/// (the number if the labels are unknown), JSON is JSON, a change of a JSON document without the document <c>{"$patch":
/// […]}</c> (see <see cref="ValueKind.JsonPatch"/>), text that is none in its column's character set fails, or is
/// <c>{"$bytes": base64}</c> (<see cref="EnvelopeJsonOptions.UndecodableText"/>), bytes are base64, a geometry is
/// <c>{"srid", "wkb"}</c>, a vector an array. An absent field is omitted; a null is null, and so is the JSON document null
/// (but see <see cref="EnvelopeJsonOptions.MarkJsonNull"/>).</para>
/// <para>Documents of MongoDB are relaxed extended JSON; their keys are canonical extended JSON, in which keys of different types never
/// look the same.</para>
/// <para>It reuses its buffers and encoded column names: use one for each consumer, not from several threads at once. Text is not
/// escaped for HTML.</para>
/// </remarks>
public sealed class EnvelopeJson : IChangeFormat
{
    // A buffer that one huge row has enlarged beyond this is not kept.
    private const int MaxKeptBytes = 1024 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly bool _includeTransaction;
    private readonly bool _marksJsonNull;
    private readonly bool _writesUndecodableText;
    private readonly TimeProvider _time;
    private readonly FieldNames _names = new();
    private readonly Utf8JsonWriter _writer;
    private ArrayBufferWriter<byte> _buffer = new(4096);

    /// <summary>Creates the writer.</summary>
    /// <param name="options">What to write; null for the defaults.</param>
    public EnvelopeJson(EnvelopeJsonOptions? options = null)
    {
        options ??= new EnvelopeJsonOptions();
        _includeTransaction = options.IncludeTransaction;
        _marksJsonNull = options.MarkJsonNull;
        _writesUndecodableText = options.UndecodableText == UndecodableText.Bytes;
        _time = options.TimeProvider;
        _writer = new Utf8JsonWriter(_buffer, WriterOptions);
    }

    /// <summary>Writes a change as one JSON object, without a line end.</summary>
    /// <param name="output">Receives the UTF-8 bytes; none if this method throws.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public void Write(IBufferWriter<byte> output, ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(output);
        Compose(change);
        output.Write(_buffer.WrittenSpan);
    }

    /// <inheritdoc/>
    public string MediaType => "application/json";

    /// <inheritdoc/>
    public bool HasTombstone(ChangeEvent change) => false;

    /// <inheritdoc/>
    public bool TryWriteKey(IBufferWriter<byte> output, ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(change);
        if (change.Key is not { HasValue: true } key)
        {
            return false;
        }

        Reset();
        WriteRecord(change, key, isKey: true);
        _writer.Flush();
        output.Write(_buffer.WrittenSpan);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(IBufferWriter<byte> output, StreamItem item)
    {
        switch (item)
        {
            case ChangeEvent change:
                Write(output, change);
                return true;
            case TransactionBegin begin:
                Write(output, begin);
                return true;
            case TransactionEnd end:
                Write(output, end);
                return true;
            case SchemaChange schema:
                Write(output, schema);
                return true;
            case Notice notice:
                Write(output, notice);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes a transaction's begin as Debezium does:
    /// <c>{"status":"BEGIN","id":…,"event_count":null,"data_collections":null,"ts_ms":…}</c>.</summary>
    /// <param name="output">Receives the UTF-8 bytes.</param>
    /// <param name="begin">The begin.</param>
    public void Write(IBufferWriter<byte> output, TransactionBegin begin)
    {
        ArgumentNullException.ThrowIfNull(output);
        Compose(begin);
        output.Write(_buffer.WrittenSpan);
    }

    /// <summary>Writes a transaction's end as Debezium does, with the number of its changes in total and for each table.</summary>
    /// <param name="output">Receives the UTF-8 bytes.</param>
    /// <param name="end">The end.</param>
    public void Write(IBufferWriter<byte> output, TransactionEnd end)
    {
        ArgumentNullException.ThrowIfNull(output);
        Compose(end);
        output.Write(_buffer.WrittenSpan);
    }

    /// <summary>Writes a schema change:
    /// <c>{"schema_change":"rename","operation":…,"source":{…},"to":{"db","table"},"details":{…},"ts_ms":…}</c>.
    /// <c>to</c> is null if it is not a rename, <c>details</c> if the source gives none.</summary>
    /// <param name="output">Receives the UTF-8 bytes; none if this method throws.</param>
    /// <param name="change">The schema change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public void Write(IBufferWriter<byte> output, SchemaChange change)
    {
        ArgumentNullException.ThrowIfNull(output);
        Compose(change);
        output.Write(_buffer.WrittenSpan);
    }

    /// <summary>Writes a notice: <c>{"notice":"position_lost","message":…,"db":…,"table":…,"source":{…},"ts_ms":…}</c>.
    /// <c>db</c> and <c>table</c> are empty if it concerns none or all, <c>source</c> is null if the notice does not come from
    /// an event of the log.</summary>
    /// <param name="output">Receives the UTF-8 bytes.</param>
    /// <param name="notice">The notice.</param>
    public void Write(IBufferWriter<byte> output, Notice notice)
    {
        ArgumentNullException.ThrowIfNull(output);
        Compose(notice);
        output.Write(_buffer.WrittenSpan);
    }

    /// <summary>Returns a change as JSON text.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public string ToJson(ChangeEvent change)
    {
        Compose(change);
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    /// <summary>Returns a transaction's begin as JSON text.</summary>
    /// <param name="begin">The begin.</param>
    public string ToJson(TransactionBegin begin)
    {
        Compose(begin);
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    /// <summary>Returns a transaction's end as JSON text.</summary>
    /// <param name="end">The end.</param>
    public string ToJson(TransactionEnd end)
    {
        Compose(end);
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    /// <summary>Returns a schema change as JSON text.</summary>
    /// <param name="change">The schema change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public string ToJson(SchemaChange change)
    {
        Compose(change);
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    /// <summary>Returns a notice as JSON text.</summary>
    /// <param name="notice">The notice.</param>
    public string ToJson(Notice notice)
    {
        Compose(notice);
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    /// <summary>Returns the buffers to their pool.</summary>
    public void Dispose() => _writer.Dispose();

    private void Compose(ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Start();
        _writer.WritePropertyName(EnvelopeNames.Before);
        WriteRecord(change, change.Before);
        _writer.WritePropertyName(EnvelopeNames.After);
        WriteRecord(change, change.After);
        _writer.WritePropertyName(EnvelopeNames.Source);
        WriteSource(change.Source);
        _writer.WriteString(EnvelopeNames.Operation, EnvelopeWords.Letter(change.Operation));
        _writer.WriteNumber(EnvelopeNames.Time, _time.GetUtcNow().ToUnixTimeMilliseconds());
        _writer.WritePropertyName(EnvelopeNames.Transaction);
        WriteTransaction(change);
        _writer.WritePropertyName(EnvelopeNames.Key);
        WriteRecord(change, change.Key, isKey: true);
        if (change.RelatedKey is { HasValue: true } related)
        {
            _writer.WritePropertyName(EnvelopeNames.RelatedKey);
            WriteRecord(change, related, isKey: true);
        }

        Finish();
    }

    /// <summary>Writes an object with other members, then <c>data</c> with the states before and after the change.</summary>
    internal void WriteData(IBufferWriter<byte> output, ChangeEvent change, Action<Utf8JsonWriter> writeOthers)
    {
        Start();
        writeOthers(_writer);
        _writer.WritePropertyName("data"u8);
        _writer.WriteStartObject();
        _writer.WritePropertyName(EnvelopeNames.Before);
        WriteRecord(change, change.Before);
        _writer.WritePropertyName(EnvelopeNames.After);
        WriteRecord(change, change.After);
        _writer.WriteEndObject();
        Finish();
        output.Write(_buffer.WrittenSpan);
    }

    private void Compose(TransactionBegin begin)
    {
        ArgumentNullException.ThrowIfNull(begin);
        Start();
        _writer.WriteString(EnvelopeNames.Status, "BEGIN"u8);
        _writer.WriteString(EnvelopeNames.Id, begin.Transaction.Id);
        _writer.WriteNull(EnvelopeNames.EventCount);
        _writer.WriteNull(EnvelopeNames.DataCollections);
        _writer.WriteNumber(EnvelopeNames.Time, begin.Transaction.Timestamp.ToUnixTimeMilliseconds());
        Finish();
    }

    private void Compose(TransactionEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        Start();
        _writer.WriteString(EnvelopeNames.Status, "END"u8);
        _writer.WriteString(EnvelopeNames.Id, end.Transaction.Id);
        _writer.WriteNumber(EnvelopeNames.EventCount, end.EventCount);
        _writer.WriteStartArray(EnvelopeNames.DataCollections);
        for (var i = 0; i < end.DataCollections.Count; i++)
        {
            var collection = end.DataCollections[i];
            _writer.WriteStartObject();
            _writer.WriteString(EnvelopeNames.DataCollection, collection.Key);
            _writer.WriteNumber(EnvelopeNames.EventCount, collection.Value);
            _writer.WriteEndObject();
        }

        _writer.WriteEndArray();
        _writer.WriteNumber(EnvelopeNames.Time, end.Transaction.Timestamp.ToUnixTimeMilliseconds());
        Finish();
    }

    private void Compose(SchemaChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Start();
        _writer.WriteString(EnvelopeNames.SchemaChange, EnvelopeWords.Word(change.Kind));
        _writer.WriteString(EnvelopeNames.SourceOperation, change.Operation);
        _writer.WritePropertyName(EnvelopeNames.Source);
        WriteSource(change.Source);
        _writer.WritePropertyName(EnvelopeNames.To);
        if (change.NewDatabase is null && change.NewTable is null)
        {
            _writer.WriteNullValue();
        }
        else
        {
            _writer.WriteStartObject();
            _writer.WriteString(EnvelopeNames.Database, change.NewDatabase);
            _writer.WriteString(EnvelopeNames.Table, change.NewTable);
            _writer.WriteEndObject();
        }

        _writer.WritePropertyName(EnvelopeNames.Details);
        WriteRecord(change, change.Details);
        _writer.WriteNumber(EnvelopeNames.Time, _time.GetUtcNow().ToUnixTimeMilliseconds());
        Finish();
    }

    private void Compose(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        Start();
        _writer.WriteString(EnvelopeNames.Notice, EnvelopeWords.Word(notice.Kind));
        _writer.WriteString(EnvelopeNames.Message, notice.Message);
        _writer.WriteString(EnvelopeNames.Database, notice.Database);
        _writer.WriteString(EnvelopeNames.Table, notice.Table);
        _writer.WritePropertyName(EnvelopeNames.Source);
        if (notice.Source is { } source)
        {
            WriteSource(source);
        }
        else
        {
            _writer.WriteNullValue();
        }

        _writer.WriteNumber(EnvelopeNames.Time, _time.GetUtcNow().ToUnixTimeMilliseconds());
        Finish();
    }

    private void Start()
    {
        Reset();
        _writer.WriteStartObject();
    }

    private void Reset()
    {
        if (_buffer.Capacity > MaxKeptBytes)
        {
            _buffer = new ArrayBufferWriter<byte>(4096);
        }

        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
    }

    private void Finish()
    {
        _writer.WriteEndObject();
        _writer.Flush();
    }

    private void WriteRecord(StreamItem item, DataRecord record, bool isKey = false)
    {
        if (!record.HasValue)
        {
            _writer.WriteNullValue();
        }
        else if (!TryWriteWhole(item, record, isKey))
        {
            WriteFields(item, record);
        }
    }

    private bool TryWriteWhole(StreamItem item, DataRecord record, bool isKey)
    {
        try
        {
            return isKey ? record.TryWriteSourceKeyJson(_writer) : record.TryWriteSourceJson(_writer);
        }
        catch (CdcProtocolException e)
        {
            throw Located(e, $"A document of {Describe(item)}");
        }
    }

    private void WriteFields(StreamItem item, DataRecord record)
    {
        _writer.WriteStartObject();
        var names = _names.Of(record.Schema);
        var count = record.Count;
        var place = 0;
        try
        {
            for (; place < count; place++)
            {
                var value = record[place];
                if (!value.IsAbsent)
                {
                    _writer.WritePropertyName(_names.Encoded(names, place, record.GetName(place)));
                    WriteValue(value);
                }
            }
        }
        catch (CdcProtocolException e)
        {
            throw Located(e, $"Column '{record.GetName(place)}' of {Describe(item)}");
        }

        _writer.WriteEndObject();
    }

    private void WriteValue(DataValue value)
    {
        if (_marksJsonNull && value.Kind == ValueKind.Json && ValueJson.NeedsMark(value))
        {
            _writer.WriteStartObject();
            _writer.WritePropertyName(EnvelopeNames.Json);
            ValueJson.Write(_writer, value);
            _writer.WriteEndObject();
            return;
        }

        try
        {
            ValueJson.Write(_writer, value);
        }
        catch (CdcProtocolException) when (_writesUndecodableText && value.IsUndecodedText)
        {
            // Nothing was written: text is decoded before.
            _writer.WriteStartObject();
            _writer.WriteBase64String(EnvelopeNames.Bytes, value.AsBytes().Span);
            _writer.WriteEndObject();
        }
    }

    // A value knows neither its column nor its position in the log.
    private static CdcProtocolException Located(CdcProtocolException e, string place)
        => new($"{place}: {e.Message}", e.EventType, e.Position, e.PayloadOffset, e.IsTransient, e);

    private static string Describe(StreamItem item)
        => item is ChangeEvent change ? $"{change.Database}.{change.Table}, change {change.EventId}" : item.ToString() ?? "";

    private void WriteSource(SourceInfo source)
    {
        _writer.WriteStartObject();
        _writer.WriteString(EnvelopeNames.Connector, source.Connector);
        _writer.WriteString(EnvelopeNames.Name, source.Name);
        _writer.WriteNumber(EnvelopeNames.Time, source.Timestamp.ToUnixTimeMilliseconds());
        _writer.WriteString(EnvelopeNames.Snapshot, EnvelopeWords.Word(source.Snapshot));
        _writer.WriteString(EnvelopeNames.Database, source.Database);
        _writer.WriteString(EnvelopeNames.Table, source.Table);
        source.WriteProperties(_writer);
        _writer.WriteEndObject();
    }

    private void WriteTransaction(ChangeEvent change)
    {
        if (!_includeTransaction || change.Transaction is not { } transaction)
        {
            _writer.WriteNullValue();
            return;
        }

        _writer.WriteStartObject();
        _writer.WriteString(EnvelopeNames.Id, transaction.Id);
        _writer.WriteNumber(EnvelopeNames.TotalOrder, change.TotalOrder);
        _writer.WriteNumber(EnvelopeNames.DataCollectionOrder, change.DataCollectionOrder);
        if (change.IsProvisional)
        {
            _writer.WriteBoolean(EnvelopeNames.Provisional, true);
        }

        _writer.WriteEndObject();
    }
}
