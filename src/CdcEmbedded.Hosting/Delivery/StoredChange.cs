using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>A change that was written as JSON with its exact types, and is read again.</summary>
internal sealed class StoredChange : ChangeSet
{
    private readonly JsonElement _json;
    private readonly DataRecord _before;
    private readonly DataRecord _after;
    private readonly DataRecord _key;
    private readonly DataRecord _relatedKey;
    private readonly TableSchema? _schema;

    private StoredChange(JsonElement json, ISource source)
    {
        _json = json;
        _schema = ReadSchema(json);
        _before = ReadRecord("before", source);
        _after = ReadRecord("after", source);
        _key = ReadRecord("key", source);
        _relatedKey = ReadRecord("related", source);
        Transaction = json.TryGetProperty("transaction"u8, out var transaction) ? new StoredTransaction(transaction) : null;
        if (json.TryGetProperty("order"u8, out var order))
        {
            StartAt(order.GetInt64());
        }
    }

    public override int Count => 1;

    public override long ByteSize => 1;

    public override TransactionInfo? Transaction { get; }

    /// <summary>Writes a change.</summary>
    /// <returns>Empty if the change has a value that only its source can make, such as a nested document that a transform has
    /// changed, or one whose bytes are damaged.</returns>
    public static string Write(ChangeEvent change)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer);
        try
        {
            Write(writer, change);
        }
        catch (Exception e) when (e is NotSupportedException or CdcProtocolException)
        {
            return "";
        }

        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <exception cref="NotSupportedException">The source cannot make its records again.</exception>
    /// <exception cref="JsonException">The text is damaged.</exception>
    public static ChangeEvent Read(string text, ISource source)
    {
        using var document = JsonDocument.Parse(text);
        return new StoredChange(document.RootElement.Clone(), source).ToEvent(0);
    }

    public override string GetDatabase(int change) => Text("database");

    public override string GetTable(int change) => Text("table");

    public override TableSchema? GetSchema(int change) => _schema;

    public override DateTimeOffset GetTimestamp(int change) => Time(_json.GetProperty("time"u8));

    public override ChangeOperation GetOperation(int change) => Enum.Parse<ChangeOperation>(Text("operation"));

    public override DataRecord GetBefore(int change) => _before;

    public override DataRecord GetAfter(int change) => _after;

    public override DataRecord GetKey(int change) => _key;

    public override DataRecord GetRelatedKey(int change) => _relatedKey;

    public override IReadOnlyList<string>? GetChangedColumns(int change) => _json.TryGetProperty("changed"u8, out var columns)
        ? [.. columns.EnumerateArray().Select(column => column.GetString() ?? "")] : null;

    public override SourceInfo GetSource(int change) => new()
    {
        Connector = Text("connector"),
        Name = Text("name"),
        Timestamp = Time(_json.GetProperty("sourceTime"u8)),
        Database = Text("database"),
        Table = Text("table"),
        Snapshot = Enum.Parse<SnapshotMarker>(Text("snapshot")),
    };

    public override string GetEventId(int change) => Text("id");

    public override SourcePosition GetPosition(int change)
        => throw new NotSupportedException(
            "A change that is replayed has no position: its offset was stored when it became a dead letter.");

    private static void Write(Utf8JsonWriter writer, ChangeEvent change)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, change.EventId);
        writer.WriteString("operation"u8, change.Operation.ToString());
        writer.WriteString("database"u8, change.Database);
        writer.WriteString("table"u8, change.Table);
        WriteTime(writer, "time"u8, change.Timestamp);
        var source = change.Source;
        writer.WriteString("connector"u8, source.Connector);
        writer.WriteString("name"u8, source.Name);
        WriteTime(writer, "sourceTime"u8, source.Timestamp);
        writer.WriteString("snapshot"u8, source.Snapshot.ToString());
        WriteTransaction(writer, change);
        if (change.ChangedColumns is { } changed)
        {
            writer.WriteStartArray("changed"u8);
            foreach (var column in changed)
            {
                writer.WriteStringValue(column);
            }

            writer.WriteEndArray();
        }

        WriteSchema(writer, change.Schema);
        WriteRecord(writer, "before"u8, change.Before);
        WriteRecord(writer, "after"u8, change.After);
        WriteRecord(writer, "key"u8, change.Key);
        WriteRecord(writer, "related"u8, change.RelatedKey);
        writer.WriteEndObject();
    }

    private static void WriteTransaction(Utf8JsonWriter writer, ChangeEvent change)
    {
        if (change.Transaction is not { } transaction)
        {
            return;
        }

        writer.WriteStartObject("transaction"u8);
        writer.WriteString("id"u8, transaction.Id);
        WriteTime(writer, "time"u8, transaction.Timestamp);
        writer.WriteEndObject();
        writer.WriteNumber("order"u8, change.TotalOrder);
    }

    private static void WriteSchema(Utf8JsonWriter writer, TableSchema? schema)
    {
        if (schema is null)
        {
            return;
        }

        writer.WriteStartObject("schema"u8);
        writer.WriteString("database"u8, schema.Database);
        writer.WriteString("name"u8, schema.Name);
        writer.WriteStartArray("primaryKey"u8);
        foreach (var index in schema.PrimaryKey)
        {
            writer.WriteNumberValue(index);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("columns"u8);
        foreach (var column in schema.Columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, column.Name);
            writer.WriteString("type"u8, column.TypeName);
            writer.WriteBoolean("isNullable"u8, column.IsNullable);
            writer.WriteBoolean("isPrimaryKey"u8, column.IsPrimaryKey);
            writer.WriteBoolean("isVisible"u8, column.IsVisible);
            writer.WriteString("characterSet"u8, column.CharacterSet);
            if (column.Labels is { } labels)
            {
                writer.WriteStartArray("labels"u8);
                foreach (var label in labels)
                {
                    writer.WriteStringValue(label);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DataRecord record)
    {
        if (!record.HasValue)
        {
            return;
        }

        writer.WriteStartObject(name);
        if (record.SourceBytes is { Length: > 0 } bytes)
        {
            writer.WriteBase64String("bytes"u8, bytes.Span);
            writer.WriteEndObject();
            return;
        }

        writer.WriteBoolean("hasSchema"u8, record.Schema is not null);
        writer.WriteStartArray("fields"u8);
        for (var i = 0; i < record.Count; i++)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(record.GetName(i));
            if (Undecodable.Read(record, i, out var value) is { } failure && value.Kind != ValueKind.Text)
            {
                StoredValue.Write(writer, failure);
            }
            else
            {
                StoredValue.Write(writer, value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private DataRecord ReadRecord(string name, ISource source)
    {
        if (!_json.TryGetProperty(name, out var record))
        {
            return default;
        }

        if (record.TryGetProperty("bytes"u8, out var bytes))
        {
            return source.ReadRecord(bytes.GetBytesFromBase64());
        }

        var fields = record.GetProperty("fields"u8);
        var names = new string[fields.GetArrayLength()];
        var values = new DataValue[names.Length];
        ValueDecodingException?[]? failures = null;
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = fields[i][0].GetString() ?? "";
            var column = _schema?.IndexOf(names[i]) ?? -1;
            if (StoredValue.ReadFailure(fields[i][1]) is { } failure)
            {
                failures ??= new ValueDecodingException?[names.Length];
                failures[i] = failure;
            }
            else
            {
                values[i] = StoredValue.Read(fields[i][1], column < 0 ? null : _schema?.Columns[column].Labels);
            }
        }

        var schema = record.GetProperty("hasSchema"u8).GetBoolean() ? _schema : null;
        return new DataRecord(failures is null ? new DetachedRecordSet(schema, names, values)
            : new StoredRecordSet(schema, names, values, failures), 0);
    }

    private static TableSchema? ReadSchema(JsonElement json)
    {
        if (!json.TryGetProperty("schema"u8, out var schema))
        {
            return null;
        }

        var columns = schema.GetProperty("columns"u8).EnumerateArray().Select(column => new ColumnSchema
        {
            Name = column.GetProperty("name"u8).GetString() ?? "",
            TypeName = column.GetProperty("type"u8).GetString() ?? "",
            IsNullable = column.GetProperty("isNullable"u8).GetBoolean(),
            IsPrimaryKey = column.GetProperty("isPrimaryKey"u8).GetBoolean(),
            IsVisible = column.GetProperty("isVisible"u8).GetBoolean(),
            CharacterSet = column.GetProperty("characterSet"u8).GetString(),
            Labels = column.TryGetProperty("labels"u8, out var labels)
                ? [.. labels.EnumerateArray().Select(label => label.GetString() ?? "")] : null,
        }).ToList();
        return new TableSchema(schema.GetProperty("database"u8).GetString() ?? "", schema.GetProperty("name"u8).GetString() ?? "", columns,
            [.. schema.GetProperty("primaryKey"u8).EnumerateArray().Select(index => index.GetInt32())]);
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset time)
        => writer.WriteString(name, time.ToString("O", CultureInfo.InvariantCulture));

    private static DateTimeOffset Time(JsonElement json)
        => DateTimeOffset.Parse(json.GetString() ?? "", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private string Text(string name) => _json.GetProperty(name).GetString() ?? "";

    private sealed class StoredTransaction(JsonElement json) : TransactionInfo
    {
        public override string Id { get; } = json.GetProperty("id"u8).GetString() ?? "";

        public override DateTimeOffset Timestamp { get; } = Time(json.GetProperty("time"u8));
    }
}
