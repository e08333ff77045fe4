namespace CdcEmbedded.MongoDb.Documents;

/// <summary>The type byte of a BSON element (bsonspec.org, version 1.1).</summary>
internal enum ElementType : byte
{
    /// <summary>No element: what a missing field reads as. Its byte ends a document.</summary>
    None = 0x00,

    /// <summary>A 64-bit floating-point number.</summary>
    Double = 0x01,

    /// <summary>UTF-8 text.</summary>
    String = 0x02,

    /// <summary>A nested document.</summary>
    Document = 0x03,

    /// <summary>An array: a document whose names are 0, 1, 2 and so on.</summary>
    Array = 0x04,

    /// <summary>Bytes with a subtype.</summary>
    Binary = 0x05,

    /// <summary>Undefined; deprecated.</summary>
    Undefined = 0x06,

    /// <summary>Twelve bytes of identifier.</summary>
    ObjectId = 0x07,

    /// <summary>True or false.</summary>
    Boolean = 0x08,

    /// <summary>Milliseconds since 1970 in UTC.</summary>
    DateTime = 0x09,

    /// <summary>Null.</summary>
    Null = 0x0A,

    /// <summary>A regular expression and its options.</summary>
    RegularExpression = 0x0B,

    /// <summary>A namespace and an identifier; deprecated.</summary>
    DBPointer = 0x0C,

    /// <summary>JavaScript code.</summary>
    JavaScript = 0x0D,

    /// <summary>A symbol, a string by another name; deprecated.</summary>
    Symbol = 0x0E,

    /// <summary>JavaScript code with the variables it sees; deprecated.</summary>
    JavaScriptWithScope = 0x0F,

    /// <summary>A signed 32-bit integer.</summary>
    Int32 = 0x10,

    /// <summary>Seconds and an ordinal: the server's own clock.</summary>
    Timestamp = 0x11,

    /// <summary>A signed 64-bit integer.</summary>
    Int64 = 0x12,

    /// <summary>A decimal floating-point number of 34 digits.</summary>
    Decimal128 = 0x13,

    /// <summary>Sorts after every other value.</summary>
    MaxKey = 0x7F,

    /// <summary>Sorts before every other value.</summary>
    MinKey = 0xFF,
}
