using CdcEmbedded.Formats;

namespace CdcEmbedded;

/// <summary>The kind of value that a <see cref="DataValue"/> holds.</summary>
public enum ValueKind : byte
{
    /// <summary>The log does not contain this field (a partial row image): neither null nor any value is known.</summary>
    Absent = 0,

    /// <summary>SQL NULL, BSON null.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A signed integer; YEAR too.</summary>
    Int64,

    /// <summary>An unsigned integer; BIT too.</summary>
    UInt64,

    /// <summary>A 32-bit floating-point number.</summary>
    Single,

    /// <summary>A 64-bit floating-point number.</summary>
    Double,

    /// <summary>An exact decimal number with its scale, possibly wider than <see cref="decimal"/>.</summary>
    Decimal,

    /// <summary>Text, decoded from its character set when it is read.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Binary,

    /// <summary>A calendar date, possibly zero or partial (<c>0000-00-00</c>, <c>2024-00-15</c>).</summary>
    Date,

    /// <summary>A signed duration or time of day.</summary>
    Time,

    /// <summary>A date and time without a time zone, possibly zero or partial.</summary>
    DateTime,

    /// <summary>An instant in UTC, or the zero timestamp.</summary>
    Timestamp,

    /// <summary>One label of an ENUM.</summary>
    Enum,

    /// <summary>Any number of labels of a SET.</summary>
    Set,

    /// <summary>A JSON document, converted to text when it is read.</summary>
    Json,

    /// <summary>A geometry: four bytes of SRID (little-endian), then WKB.</summary>
    Geometry,

    /// <summary>A vector of 32-bit floating-point numbers.</summary>
    Vector,

    /// <summary>A nested document.</summary>
    Document,

    /// <summary>An array of values of any kinds.</summary>
    Array,

    /// <summary>An identifier of twelve bytes, hexadecimal as text.</summary>
    ObjectId,

    /// <summary>A UUID.</summary>
    Uuid,

    /// <summary>A decimal floating-point number of 34 digits, possibly infinite or NaN.</summary>
    Decimal128,

    /// <summary>A value of a type that only its source has, such as MongoDB's regular expressions, code, clock times, MinKey and MaxKey:
    /// <see cref="DataValue.SourceType"/> names the type, <see cref="DataValue.ToString"/> prints the source's JSON form of it.</summary>
    SourceSpecific,

    /// <summary>A change of a JSON document of which the log has neither the old nor the new state (MySQL with
    /// <c>binlog_row_value_options=PARTIAL_JSON</c> and a row image without the old document): a text that is a JSON array of operations,
    /// to be applied in order to the document that the reader knows.</summary>
    /// <remarks>
    /// <para>Each is <c>{"op": "replace", "path": "$.a[0]", "value": …}</c>; <c>op</c> is <c>replace</c>, <c>insert</c> or <c>remove</c>,
    /// the last one without a value. A path is in MySQL's syntax: <c>$</c>, then members (<c>.name</c> or <c>."any name"</c>) and cells
    /// (<c>[0]</c>, <c>[last]</c>, <c>[last-1]</c>). What <c>replace</c> and <c>remove</c> name exists. <c>insert</c> adds a member that
    /// does not exist, or inserts a value before an array's cell, or after the last one if there is no such cell.</para>
    /// <para>In <see cref="Formats.EnvelopeJson"/> it is <c>{"$patch": […]}</c>.</para>
    /// </remarks>
    JsonPatch,
}
