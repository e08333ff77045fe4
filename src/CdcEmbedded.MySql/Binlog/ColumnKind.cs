namespace CdcEmbedded.MySql.Binlog;

/// <summary>How a column's bytes become a <see cref="Value"/>: type, signedness and width in one number, so that reading is one
/// jump.</summary>
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
    Geometry,
    Vector,
    Date,
    Time,
    Time2,
    DateTime,
    DateTime2,
    Timestamp,
    Timestamp2,
}
