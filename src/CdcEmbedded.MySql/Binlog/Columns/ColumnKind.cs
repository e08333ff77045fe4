namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>How a column's bytes become a <see cref="DataValue"/>: type, signedness and width in one number, so that a read needs
/// a single jump.</summary>
/// <remarks>The integers are together, and those with a sign alternate with those without one.</remarks>
internal enum ColumnKind : byte
{
    Null,
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int24,
    UInt24,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
    Decimal,
    Year,
    Bit,
    Text,
    Binary,
    Enum1,
    Enum2,
    Set,
    Json,
    JsonText,
    Geometry,
    Vector,
    Date,
    Time,
    Time2,
    DateTime,
    DateTime2,
    Timestamp,
    Timestamp2,
    MariaDbTime,
    MariaDbDateTime,
    MariaDbTimestamp,
    CompressedText,
    CompressedBinary,
    Uuid,
    Inet4,
    Inet6,

    /// <summary>A date, date-time or timestamp whose invalid values an option replaces or refuses.</summary>
    CheckedDate,
}
