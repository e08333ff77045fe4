namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>Location of a value of a binary JSON document in its bytes.</summary>
/// <param name="Type">The value's type.</param>
/// <param name="Start">Start of the value itself, after its type.</param>
/// <param name="End">End of the container that holds it, past which no part of the value may be.</param>
/// <param name="IsInline">True if the value is in its container's table, whose bytes are counted with the container.</param>
internal readonly record struct JsonLocation(byte Type, int Start, int End, bool IsInline)
{
    public const byte SmallObject = 0;
    public const byte LargeObject = 1;
    public const byte LargeArray = 3;
    public const byte Literal = 4;
    public const byte Int16 = 5;
    public const byte UInt16 = 6;
    public const byte Int32 = 7;
    public const byte UInt32 = 8;
    public const byte Int64 = 9;
    public const byte UInt64 = 10;
    public const byte Double = 11;
    public const byte Text = 12;
    public const byte Opaque = 15;

    public bool IsContainer => Type <= LargeArray;

    public bool IsObject => Type <= LargeObject;

    /// <summary>Returns the location of a document, from its type byte on. For the JSON null of a column that was added to existing rows,
    /// the server writes no bytes at all.</summary>
    public static JsonLocation OfDocument(ReadOnlySpan<byte> bytes, int start, int end)
        => start < end ? new JsonLocation(bytes[start], start + 1, end, false) : new JsonLocation(Literal, start, start, true);
}
