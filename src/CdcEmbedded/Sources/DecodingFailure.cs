namespace CdcEmbedded.Sources;

/// <summary>Says which column of which row at which position cannot be decoded.</summary>
internal static class DecodingFailure
{
    /// <summary>The failure of a field of a record.</summary>
    /// <param name="set">The record's set.</param>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="cause">What the decoder says.</param>
    public static ValueDecodingException Of(RecordSet set, int record, int field, CdcProtocolException cause)
        => cause as ValueDecodingException ?? Make(set, record, set.GetFieldName(record, field), field, cause, "");

    /// <summary>The failure of a field of a record that is written in a format.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="cause">What the decoder says.</param>
    /// <param name="item">The change that the record is of.</param>
    public static ValueDecodingException Of(DataRecord record, int field, CdcProtocolException cause, StreamItem item)
        => cause as ValueDecodingException
            ?? (record is { Schema: null, Records: { } set } ? Of(set.Undecodable(record.Number, field, cause), item)
                : item is ChangeEvent change
                    ? Make(record.Records, record.Number, record.GetName(field), field, cause, $", change {change.EventId},", change)
                : Make(record.Records, record.Number, record.GetName(field), field, cause, ""));

    /// <summary>The failure of a whole document.</summary>
    /// <param name="cause">What the decoder says.</param>
    /// <param name="item">The change that the document is of.</param>
    public static ValueDecodingException Of(CdcProtocolException cause, StreamItem item)
    {
        var failure = cause as ValueDecodingException;
        var change = item as ChangeEvent;
        return failure is not null && (failure.Table.Length > 0 || change is null) ? failure
            : new ValueDecodingException(
                $"A document of {(change is null ? item : $"{change.Database}.{change.Table}, change {change.EventId}")}: {cause.Message}",
                cause.Position, cause)
            {
                Database = change?.Database ?? "",
                Table = change?.Table ?? "",
                Column = failure?.Column ?? "",
                ServerType = failure?.ServerType ?? "",
                RawBytes = failure?.RawBytes ?? default,
                RawLength = failure?.RawLength ?? 0,
            };
    }

    /// <summary>The failure of a field by its name.</summary>
    public static ValueDecodingException Of(DataRecord record, string name, CdcProtocolException cause)
        => cause as ValueDecodingException
            ?? (record.Records is { } set && set.IndexOf(record.Number, name) is >= 0 and var field
                ? set.Undecodable(record.Number, field, cause)
                : Make(record.Records, record.Number, name, -1, cause, ""));

    /// <summary>The same failure of a field that a transform hides, or that may be one: neither the value's bytes nor their decoder's words
    /// are shown.</summary>
    public static ValueDecodingException Hide(ValueDecodingException failure)
        => new(Describe(failure.Database, failure.Table, failure.Column, failure.ServerType, failure.Position, "")
            + "its bytes are damaged.", failure.Position)
        {
            Database = failure.Database,
            Table = failure.Table,
            Column = failure.Column,
            ServerType = failure.ServerType,
        };

    /// <summary>The failure of a column that a transform hides: neither the value's bytes nor their decoder's words are shown.</summary>
    public static ValueDecodingException Hidden(TableSchema schema, int field, string? position)
    {
        var column = schema.Columns[field];
        return new ValueDecodingException(Describe(schema.Database, schema.Name, column.Name, column.TypeName, position, "")
            + "its bytes are damaged.", position)
        {
            Database = schema.Database,
            Table = schema.Name,
            Column = column.Name,
            ServerType = column.TypeName,
        };
    }

    private static ValueDecodingException Make(RecordSet? set, int record, string column, int field, CdcProtocolException cause,
        string place, ChangeEvent? change = null)
    {
        var schema = set?.Schema;
        var (database, table) = (schema?.Database ?? change?.Database ?? "", schema?.Name ?? change?.Table ?? "");
        var type = schema is not null && (uint)field < (uint)schema.Columns.Count ? schema.Columns[field].TypeName : "";
        var raw = set is not null && field >= 0 ? set.GetRawValue(record, field) : default;
        var position = set?.GetPosition(record) ?? cause.Position;
        return new ValueDecodingException(Describe(database, table, column, type, position, place) + cause.Message, position, cause)
        {
            Database = database,
            Table = table,
            Column = column,
            ServerType = type,
            RawBytes = raw[..Math.Min(raw.Length, ValueDecodingException.MaxRawBytes)].ToArray(),
            RawLength = raw.Length,
        };
    }

    private static string Describe(string database, string table, string column, string type, string? position, string place)
    {
        var subject = table.Length == 0 ? $"Field '{column}'" : $"Column '{column}' of {database}.{table}";
        return $"{subject}{(type.Length > 0 ? $" ({type})" : "")}{(position is null ? "" : $" at {position}")}{place} cannot be decoded: ";
    }
}
