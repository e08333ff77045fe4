using System.Buffers;
using System.Text;
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
    private readonly JsonText _text = new();
    private readonly RecordJson _records;
    private readonly EnvelopeParts _parts;

    /// <summary>Creates the writer.</summary>
    /// <param name="options">What to write; null for the defaults.</param>
    public EnvelopeJson(EnvelopeJsonOptions? options = null)
    {
        options ??= new EnvelopeJsonOptions();
        _records = new RecordJson(_text, options);
        _parts = new EnvelopeParts(options.IncludeTransaction, options.TimeProvider);
    }

    /// <summary>Writes a change as one JSON object, without a line end.</summary>
    /// <param name="output">Receives the UTF-8 bytes; none if this method throws.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public void Write(IBufferWriter<byte> output, ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(output);
        Compose(change);
        output.Write(_text.Written);
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

        _text.Clear();
        _records.Write(change, key, isKey: true);
        output.Write(_text.Written);
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
        output.Write(_text.Written);
    }

    /// <summary>Writes a transaction's end as Debezium does, with the number of its changes in total and for each table.</summary>
    /// <param name="output">Receives the UTF-8 bytes.</param>
    /// <param name="end">The end.</param>
    public void Write(IBufferWriter<byte> output, TransactionEnd end)
    {
        ArgumentNullException.ThrowIfNull(output);
        Compose(end);
        output.Write(_text.Written);
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
        output.Write(_text.Written);
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
        output.Write(_text.Written);
    }

    /// <summary>Returns a change as JSON text.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public string ToJson(ChangeEvent change)
    {
        Compose(change);
        return Encoding.UTF8.GetString(_text.Written);
    }

    /// <summary>Returns a transaction's begin as JSON text.</summary>
    /// <param name="begin">The begin.</param>
    public string ToJson(TransactionBegin begin)
    {
        Compose(begin);
        return Encoding.UTF8.GetString(_text.Written);
    }

    /// <summary>Returns a transaction's end as JSON text.</summary>
    /// <param name="end">The end.</param>
    public string ToJson(TransactionEnd end)
    {
        Compose(end);
        return Encoding.UTF8.GetString(_text.Written);
    }

    /// <summary>Returns a schema change as JSON text.</summary>
    /// <param name="change">The schema change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public string ToJson(SchemaChange change)
    {
        Compose(change);
        return Encoding.UTF8.GetString(_text.Written);
    }

    /// <summary>Returns a notice as JSON text.</summary>
    /// <param name="notice">The notice.</param>
    public string ToJson(Notice notice)
    {
        Compose(notice);
        return Encoding.UTF8.GetString(_text.Written);
    }

    /// <summary>Returns the buffers to their pool.</summary>
    public void Dispose()
    {
        _text.Dispose();
        _parts.Dispose();
    }

    private void Compose(ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _text.Clear();
        var before = change.Before;
        if (before.HasValue)
        {
            _text.Raw("{\"before\":"u8);
            _records.Write(change, before);
            _text.Raw(",\"after\":"u8);
        }
        else
        {
            _text.Raw("{\"before\":null,\"after\":"u8);
        }

        _records.Write(change, change.After);
        _parts.Write(_text, change);
        _records.Write(change, change.Key, isKey: true);
        if (change.RelatedKey is { HasValue: true } related)
        {
            _text.Raw(",\"related_key\":"u8);
            _records.Write(change, related, isKey: true);
        }

        _text.Raw("}"u8);
    }

    /// <summary>Writes an object with other members, then <c>data</c> with the states before and after the change.</summary>
    /// <param name="output">Receives the UTF-8 bytes; none if this method throws.</param>
    /// <param name="change">The change.</param>
    /// <param name="writeOthers">Writes the other members, at least one.</param>
    internal void WriteData(IBufferWriter<byte> output, ChangeEvent change, Action<Utf8JsonWriter> writeOthers)
    {
        var writer = Start();
        writeOthers(writer);
        _text.Close();
        _text.Raw(",\"data\":{\"before\":"u8);
        _records.Write(change, change.Before);
        _text.Raw(",\"after\":"u8);
        _records.Write(change, change.After);
        _text.Raw("}}"u8);
        output.Write(_text.Written);
    }

    private void Compose(TransactionBegin begin)
    {
        ArgumentNullException.ThrowIfNull(begin);
        var writer = Start();
        writer.WriteString(EnvelopeNames.Status, "BEGIN"u8);
        writer.WriteString(EnvelopeNames.Id, begin.Transaction.Id);
        writer.WriteNull(EnvelopeNames.EventCount);
        writer.WriteNull(EnvelopeNames.DataCollections);
        writer.WriteNumber(EnvelopeNames.Time, begin.Transaction.Timestamp.ToUnixTimeMilliseconds());
        Finish(writer);
    }

    private void Compose(TransactionEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        var writer = Start();
        writer.WriteString(EnvelopeNames.Status, "END"u8);
        writer.WriteString(EnvelopeNames.Id, end.Transaction.Id);
        writer.WriteNumber(EnvelopeNames.EventCount, end.EventCount);
        writer.WriteStartArray(EnvelopeNames.DataCollections);
        for (var i = 0; i < end.DataCollections.Count; i++)
        {
            var collection = end.DataCollections[i];
            writer.WriteStartObject();
            writer.WriteString(EnvelopeNames.DataCollection, collection.Key);
            writer.WriteNumber(EnvelopeNames.EventCount, collection.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber(EnvelopeNames.Time, end.Transaction.Timestamp.ToUnixTimeMilliseconds());
        Finish(writer);
    }

    private void Compose(SchemaChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var writer = Start();
        writer.WriteString(EnvelopeNames.SchemaChange, EnvelopeWords.Word(change.Kind));
        writer.WriteString(EnvelopeNames.SourceOperation, change.Operation);
        writer.WritePropertyName(EnvelopeNames.Source);
        SourceJson.Write(writer, change.Source);
        writer.WritePropertyName(EnvelopeNames.To);
        if (change.NewDatabase is null && change.NewTable is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteString(EnvelopeNames.Database, change.NewDatabase);
            writer.WriteString(EnvelopeNames.Table, change.NewTable);
            writer.WriteEndObject();
        }

        _text.Close();
        _text.Raw(",\"details\":"u8);
        _records.Write(change, change.Details);
        _text.Raw(",\"ts_ms\":"u8);
        _text.Number(_parts.Milliseconds);
        _text.Raw("}"u8);
    }

    private void Compose(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var writer = Start();
        writer.WriteString(EnvelopeNames.Notice, EnvelopeWords.Word(notice.Kind));
        writer.WriteString(EnvelopeNames.Message, notice.Message);
        writer.WriteString(EnvelopeNames.Database, notice.Database);
        writer.WriteString(EnvelopeNames.Table, notice.Table);
        writer.WritePropertyName(EnvelopeNames.Source);
        if (notice.Source is { } source)
        {
            SourceJson.Write(writer, source);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteNumber(EnvelopeNames.Time, _parts.Milliseconds);
        Finish(writer);
    }

    private Utf8JsonWriter Start()
    {
        _text.Clear();
        var writer = _text.Open();
        writer.WriteStartObject();
        return writer;
    }

    private void Finish(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        _text.Close();
    }
}
