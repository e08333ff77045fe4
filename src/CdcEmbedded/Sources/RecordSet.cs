using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace CdcEmbedded.Sources;

/// <summary>The records of one event of a source, undecoded: what a <see cref="DataRecord"/> points into. Adapters
/// derive from it.</summary>
/// <remarks>Immutable once handed out, and safe to read from any thread. What a record's number means is the adapter's affair.</remarks>
public abstract class RecordSet
{
    /// <summary>The table's schema; null for sources without one, whose records each have fields of their own.</summary>
    public abstract TableSchema? Schema { get; }

    /// <summary>The number of fields of a record.</summary>
    public abstract int GetFieldCount(int record);

    /// <summary>The name of a field.</summary>
    public abstract string GetFieldName(int record, int field);

    /// <summary>The place of a field by its name; -1 where there is none.</summary>
    public abstract int IndexOf(int record, string name);

    /// <summary>Decodes one field. Called for every read, so it allocates nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field: the place is checked here and nowhere else.</exception>
    /// <exception cref="ValueDecodingException">Its bytes cannot be decoded: see <see cref="Undecodable"/>.</exception>
    public abstract DataValue GetValue(int record, int field);

    /// <summary>Decodes one field by its name. Sources that find it in one pass override it.</summary>
    /// <returns>False where there is no such field.</returns>
    public virtual bool TryGetValue(int record, string name, out DataValue value)
    {
        var index = IndexOf(record, name);
        value = index >= 0 ? GetValue(record, index) : default;
        return index >= 0;
    }

    /// <summary>Reads an integer without a <see cref="DataValue"/>. This and the other TryRead methods are for speed only: sources that can
    /// go from their bytes to the type override them, and what they return must be what <see cref="GetValue"/> converts to.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="value">The integer.</param>
    /// <returns>False if the field holds no integer of 64 bits with a sign, or is null or absent, or this way cannot say: the caller then
    /// takes <see cref="GetValue"/>. The default is false.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public virtual bool TryReadInt64(int record, int field, out long value)
    {
        value = 0;
        return false;
    }

    /// <summary>Reads a floating-point number without a <see cref="DataValue"/>; those of 32 bits are widened. See
    /// <see cref="TryReadInt64"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public virtual bool TryReadDouble(int record, int field, out double value)
    {
        value = 0;
        return false;
    }

    /// <summary>Reads a decimal that fits in <see cref="decimal"/> without a <see cref="DataValue"/>, with the scale of its column. See
    /// <see cref="TryReadInt64"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    /// <exception cref="CdcProtocolException">The field's bytes are damaged.</exception>
    public virtual bool TryReadDecimal(int record, int field, out decimal value)
    {
        value = 0;
        return false;
    }

    /// <summary>Reads a date, date-time or timestamp that <see cref="DateTime"/> can hold without a <see cref="DataValue"/>: of kind Utc
    /// for timestamps, else of kind Unspecified. See <see cref="TryReadInt64"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public virtual bool TryReadDateTime(int record, int field, out DateTime value)
    {
        value = default;
        return false;
    }

    /// <summary>Reads text as a string without a <see cref="DataValue"/>. See <see cref="TryReadInt64"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public virtual bool TryReadText(int record, int field, [NotNullWhen(true)] out string? value)
    {
        value = null;
        return false;
    }

    /// <summary>Reads the bytes of text in UTF-8 (or its subset ASCII) without a <see cref="DataValue"/>; they are not checked. See
    /// <see cref="TryReadInt64"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public virtual bool TryReadUtf8(int record, int field, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }

    /// <summary>Gives all fields to a writer, absent ones included. For speed only: sources that can go from their bytes to the writer's
    /// methods without a <see cref="DataValue"/> override it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="writer">Receives the fields.</param>
    /// <exception cref="CdcProtocolException">A field's bytes are damaged.</exception>
    public virtual void WriteFields(int record, FieldWriter writer)
    {
        var count = GetFieldCount(record);
        for (var field = 0; field < count; field++)
        {
            writer.WriteValue(field, GetValue(record, field));
        }
    }

    /// <summary>A field with its name, for enumerations. Sources that decode both in one step override it.</summary>
    public virtual RecordField GetField(int record, int field) => new(GetFieldName(record, field), GetValue(record, field));

    /// <summary>The record as the source's own bytes; empty for sources whose records have no such form.</summary>
    public virtual ReadOnlyMemory<byte> GetBytes(int record) => default;

    /// <summary>Where the record is in the source's log, such as <c>binlog.000003:1234</c>, for the messages of exceptions.</summary>
    /// <param name="record">The record.</param>
    /// <returns>Null, the default, if it is not known.</returns>
    public virtual string? GetPosition(int record) => null;

    /// <summary>One field as the source's own bytes, undecoded, for <see cref="ValueDecodingException.RawBytes"/>.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <returns>Empty, the default, if the source does not give them or the field is hidden.</returns>
    public virtual ReadOnlyMemory<byte> GetRawValue(int record, int field) => default;

    /// <summary>The failure of a field whose bytes cannot be decoded, with its names, position and bytes: what <see cref="GetValue"/>
    /// throws. Sources without a schema, which know the field's path and its type otherwise, override it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="cause">What the decoder says; without the value.</param>
    protected internal virtual ValueDecodingException Undecodable(int record, int field, CdcProtocolException cause)
        => DecodingFailure.Of(this, record, field, cause);

    /// <summary>Writes the whole record as one JSON value, for sources that have a JSON form of their own.</summary>
    /// <returns>False, with nothing written, where the fields are to be written one by one.</returns>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public virtual bool TryWriteJson(int record, Utf8JsonWriter writer) => false;

    /// <summary>Writes the whole record, which is a key, as one JSON value in which keys of different types never look alike. Sources whose
    /// <see cref="TryWriteJson"/> is not that strict override it.</summary>
    /// <returns>False, with nothing written, where the fields are to be written one by one.</returns>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public virtual bool TryWriteKeyJson(int record, Utf8JsonWriter writer) => TryWriteJson(record, writer);

    /// <summary>True if the records have a JSON form of their own, see <see cref="TryWriteJson"/>, and so have their fields.</summary>
    /// <value>The default is false.</value>
    public virtual bool HasOwnJson => false;

    /// <summary>Writes one field as the JSON that it has in the record's own form; sources with
    /// <see cref="HasOwnJson"/> override it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="writer">Positioned where a value may be written.</param>
    /// <param name="isKey">True for the form of <see cref="TryWriteKeyJson"/>.</param>
    /// <exception cref="NotSupportedException">The records have no JSON form of their own.</exception>
    public virtual void WriteFieldJson(int record, int field, Utf8JsonWriter writer, bool isKey)
        => throw new NotSupportedException("The records of this source have no JSON form of their own.");

    /// <summary>The same record in memory of its own.</summary>
    public virtual DataRecord Detach(int record)
    {
        var count = GetFieldCount(record);
        var names = new string[count];
        var values = new DataValue[count];
        for (var i = 0; i < count; i++)
        {
            names[i] = GetFieldName(record, i);
            values[i] = GetValue(record, i).Detach();
        }

        return new DataRecord(new DetachedRecordSet(Schema, names, values), 0);
    }
}
