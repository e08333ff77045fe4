using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Formats;

/// <summary>Writes changes as Debezium's connectors do, in Debezium's own encodings, for consumers that were written for it.</summary>
/// <remarks>
/// <para>The topic prefix in the names of schemas is the engine's name. Rows are structs; documents of MongoDB are texts of relaxed
/// extended JSON, and their keys <c>{"id": text}</c>. Absent fields are omitted. Zero, partial and impossible dates are null or, where the
/// column has no null, the epoch. BIGINT UNSIGNED is a number, even beyond 64 signed bits. JSON is text.</para>
/// <para>It reuses its buffers: use one for each consumer, not from several threads at once.</para>
/// </remarks>
public sealed class DebeziumJson : IChangeFormat
{
    private const int MaxKeptBytes = 1024 * 1024;

    private static readonly JsonEncodedText Version = JsonEncodedText.Encode(
        "cdcembedded-" + (typeof(DebeziumJson).Assembly.GetName().Version?.ToString(3) ?? "0"));

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly DebeziumJsonOptions _options;
    private readonly DebeziumValue _values;
    private readonly EnvelopeJson _others;
    private readonly ConditionalWeakTable<TableSchema, DebeziumTable> _tables = [];
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private readonly Utf8JsonWriter _writer;
    private ArrayBufferWriter<byte> _buffer = new(4096);
    private TableSchema? _lastSchema;
    private DebeziumTable? _lastTable;

    /// <summary>Creates the format.</summary>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is not one of its enumeration.</exception>
    public DebeziumJson(DebeziumJsonOptions? options = null)
    {
        _options = options ?? new DebeziumJsonOptions();
        Require(Enum.IsDefined(_options.Decimals), nameof(_options.Decimals), _options.Decimals);
        Require(Enum.IsDefined(_options.Times), nameof(_options.Times), _options.Times);
        Require(Enum.IsDefined(_options.Binary), nameof(_options.Binary), _options.Binary);
        _values = new DebeziumValue(_options);
        _others = new EnvelopeJson(new EnvelopeJsonOptions { TimeProvider = _options.TimeProvider });
        _writer = new Utf8JsonWriter(_buffer, WriterOptions);
    }

    /// <inheritdoc/>
    public string MediaType => "application/json";

    /// <inheritdoc/>
    public bool HasTombstone(ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return _options.Tombstones && change.Operation == ChangeOperation.Delete && change.Key.HasValue;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output, ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(change);
        var source = change.Source;
        Start();
        var hasSchema = _options.IncludeSchema && change.Schema is not null;
        if (hasSchema && change.Schema is { } schema)
        {
            StartPayload(TableOf(schema, source.Name).Envelope(source.Connector));
        }

        _writer.WriteStartObject();
        WriteRecord(EnvelopeNames.Before, change, change.Before, source.Name);
        WriteRecord(EnvelopeNames.After, change, change.After, source.Name);
        WriteSource(source);
        WriteTransaction(change);
        _writer.WriteString(EnvelopeNames.Operation, EnvelopeWords.Letter(change.Operation));
        WriteTimes(_options.TimeProvider.GetUtcNow());
        _writer.WriteEndObject();
        Finish(output, hasSchema);
    }

    /// <inheritdoc/>
    public bool TryWriteKey(IBufferWriter<byte> output, ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(change);
        if (change.Key is not { HasValue: true } key)
        {
            return false;
        }

        Start();
        var hasSchema = _options.IncludeSchema && key.Schema is not null;
        var prefix = hasSchema ? change.Source.Name : "";
        if (hasSchema && key.Schema is { } schema)
        {
            StartPayload(TableOf(schema, prefix).Key());
        }

        if (key.Records is { HasOwnJson: true } && key.Count > 0)
        {
            WriteDocumentKey(change, key);
        }
        else
        {
            WriteRow(change, key, prefix);
        }

        Finish(output, hasSchema);
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
            default:
                // Debezium's topic of transactions has the same form; what it has no form of is written as this library does.
                return _others.TryWrite(output, item);
        }
    }

    /// <summary>Returns the buffers to their pool.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _others.Dispose();
    }

    private void Start()
    {
        if (_buffer.Capacity > MaxKeptBytes)
        {
            _buffer = new ArrayBufferWriter<byte>(4096);
        }

        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
    }

    private void StartPayload(byte[] schema)
    {
        _writer.WriteStartObject();
        _writer.WritePropertyName("schema"u8);
        _writer.WriteRawValue(schema, skipInputValidation: true);
        _writer.WritePropertyName("payload"u8);
    }

    private void Finish(IBufferWriter<byte> output, bool hasSchema)
    {
        if (hasSchema)
        {
            _writer.WriteEndObject();
        }

        _writer.Flush();
        output.Write(_buffer.WrittenSpan);
    }

    private void WriteRecord(JsonEncodedText name, ChangeEvent change, DataRecord record, string prefix)
    {
        _writer.WritePropertyName(name);
        if (!record.HasValue)
        {
            _writer.WriteNullValue();
        }
        else if (record.Records is { HasOwnJson: true })
        {
            WriteDocument(change, writer => record.TryWriteSourceJson(writer));
        }
        else
        {
            WriteRow(change, record, prefix);
        }
    }

    private void WriteRow(ChangeEvent change, DataRecord record, string prefix)
    {
        var table = record.Schema is { } schema && schema.Columns.Count == record.Count ? TableOf(schema, prefix) : null;
        var place = 0;
        _writer.WriteStartObject();
        try
        {
            for (; place < record.Count; place++)
            {
                var value = record[place];
                if (value.IsAbsent)
                {
                    continue;
                }

                if (table is not null)
                {
                    _writer.WritePropertyName(table.Names[place]);
                    _values.Write(_writer, value, table.Types[place].Bits, table.IsNullable(place));
                }
                else
                {
                    _writer.WritePropertyName(record.GetName(place));
                    _values.Write(_writer, value, 0, isNullable: true);
                }
            }
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Of(record, place, e, change);
        }

        _writer.WriteEndObject();
    }

    // {"id": text}, where the text is the JSON of _id, or of the whole key of a sharded collection.
    private void WriteDocumentKey(ChangeEvent change, DataRecord key)
    {
        _writer.WriteStartObject();
        _writer.WritePropertyName("id"u8);
        if (key is { Count: 1, Records: { } set })
        {
            WriteDocument(change, writer => set.WriteFieldJson(key.Number, 0, writer, isKey: false));
        }
        else
        {
            WriteDocument(change, writer => key.TryWriteSourceJson(writer));
        }

        _writer.WriteEndObject();
    }

    private void WriteDocument(ChangeEvent change, Action<Utf8JsonWriter> write)
    {
        try
        {
            WriteAsText(write);
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Of(e, change);
        }
    }

    private void WriteAsText(Action<Utf8JsonWriter> write)
    {
        _text.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_text, WriterOptions))
        {
            write(writer);
        }

        _writer.WriteStringValue(_text.WrittenSpan);
    }

    private void WriteSource(SourceInfo source)
    {
        _writer.WritePropertyName(EnvelopeNames.Source);
        _writer.WriteStartObject();
        _writer.WriteString("version"u8, Version);
        _writer.WriteString(EnvelopeNames.Connector, source.Connector);
        _writer.WriteString(EnvelopeNames.Name, source.Name);
        WriteTimes(source.Timestamp);
        _writer.WriteString(EnvelopeNames.Snapshot, EnvelopeWords.Word(source.Snapshot));
        _writer.WriteString(EnvelopeNames.Database, source.Database);
        _writer.WriteNull("sequence"u8);
        if (source.Connector != "mongodb")
        {
            _writer.WriteString(EnvelopeNames.Table, source.Table);
        }

        source.WriteProperties(_writer);
        _writer.WriteEndObject();
    }

    private void WriteTimes(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTime.UnixEpoch.Ticks;
        _writer.WriteNumber(EnvelopeNames.Time, ticks / TimeSpan.TicksPerMillisecond);
        _writer.WriteNumber("ts_us"u8, ticks / TimeSpan.TicksPerMicrosecond);
        _writer.WriteNumber("ts_ns"u8, ticks * TimeSpan.NanosecondsPerTick);
    }

    private void WriteTransaction(ChangeEvent change)
    {
        _writer.WritePropertyName(EnvelopeNames.Transaction);
        if (!_options.IncludeTransaction || change.Transaction is not { } transaction)
        {
            _writer.WriteNullValue();
            return;
        }

        _writer.WriteStartObject();
        _writer.WriteString(EnvelopeNames.Id, transaction.Id);
        _writer.WriteNumber(EnvelopeNames.TotalOrder, change.TotalOrder);
        _writer.WriteNumber(EnvelopeNames.DataCollectionOrder, change.DataCollectionOrder);
        _writer.WriteEndObject();
    }

    private DebeziumTable TableOf(TableSchema schema, string prefix)
    {
        if (ReferenceEquals(schema, _lastSchema) && _lastTable is { } last && (last.Prefix == prefix || !_options.IncludeSchema))
        {
            return last;
        }

        var table = _tables.GetValue(schema, s => new DebeziumTable(s, prefix, _options));
        _lastSchema = schema;
        _lastTable = table;
        return table;
    }

    private static void Require(bool condition, string property, Enum value)
    {
        if (!condition)
        {
            throw new ArgumentException($"{property} is {value}, which is no value of {value.GetType().Name}.");
        }
    }
}
