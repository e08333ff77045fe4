using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>
/// Reads BSON (bsonspec.org): <c>int32 size, { type, cstring name, value }*, 0</c>. What a client sends wrong
/// surfaces as <see cref="FormatException"/>.
/// </summary>
public static class DocReader
{
    private const int MaxDepth = 200;

    /// <summary>Reads the document at the start of the bytes.</summary>
    /// <exception cref="FormatException">The bytes are no BSON.</exception>
    public static Doc Read(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        return ReadDocument(bytes, ref at, 0);
    }

    private static Doc ReadDocument(ReadOnlySpan<byte> bytes, ref int at, int depth)
    {
        var document = new Doc();
        int end = Open(bytes, ref at, depth);
        while (Byte(bytes, ref at) is not 0 and byte type)
        {
            string name = CString(bytes, ref at);
            document.Add(name, ReadValue(bytes, ref at, type, depth));
        }

        return at == end ? document : throw new FormatException($"A document ends at {at}, its size says {end}.");
    }

    private static List<object?> ReadArray(ReadOnlySpan<byte> bytes, ref int at, int depth)
    {
        var array = new List<object?>();
        int end = Open(bytes, ref at, depth);
        while (Byte(bytes, ref at) is not 0 and byte type)
        {
            CString(bytes, ref at);
            array.Add(ReadValue(bytes, ref at, type, depth));
        }

        return at == end ? array : throw new FormatException($"An array ends at {at}, its size says {end}.");
    }

    private static int Open(ReadOnlySpan<byte> bytes, ref int at, int depth)
    {
        int start = at;
        int size = Int32(bytes, ref at);
        return depth <= MaxDepth && size >= 5 && size <= bytes.Length - start
            ? start + size
            : throw new FormatException($"A document of {size} bytes at {start} of {bytes.Length}, depth {depth}.");
    }

    private static object? ReadValue(ReadOnlySpan<byte> bytes, ref int at, byte type, int depth) => type switch
    {
        0x01 => BitConverter.Int64BitsToDouble(Int64(bytes, ref at)),
        0x02 => Text(bytes, ref at),
        0x03 => ReadDocument(bytes, ref at, depth + 1),
        0x04 => ReadArray(bytes, ref at, depth + 1),
        0x05 => Binary(bytes, ref at),
        0x06 => DocMarker.Undefined,
        0x07 => DocId.Read(Take(bytes, ref at, 12)),
        0x08 => Byte(bytes, ref at) != 0,
        0x09 => new DocDate(Int64(bytes, ref at)),
        0x0A => null,
        0x0B => new DocRegex(CString(bytes, ref at), CString(bytes, ref at)),
        0x0C => new DocPointer(Text(bytes, ref at), DocId.Read(Take(bytes, ref at, 12))),
        0x0D => new DocCode(Text(bytes, ref at)),
        0x0E => new DocSymbol(Text(bytes, ref at)),
        0x0F => CodeWithScope(bytes, ref at, depth),
        0x10 => Int32(bytes, ref at),
        0x11 => new DocTimestamp((ulong)Int64(bytes, ref at)),
        0x12 => Int64(bytes, ref at),
        0x13 => new DocDecimal((ulong)Int64(bytes, ref at), (ulong)Int64(bytes, ref at)),
        0x7F => DocMarker.MaxKey,
        0xFF => DocMarker.MinKey,
        _ => throw new FormatException($"BSON type 0x{type:x2} at {at} is unknown."),
    };

    private static DocCode CodeWithScope(ReadOnlySpan<byte> bytes, ref int at, int depth)
    {
        Int32(bytes, ref at);
        return new DocCode(Text(bytes, ref at), ReadDocument(bytes, ref at, depth + 1));
    }

    private static DocBinary Binary(ReadOnlySpan<byte> bytes, ref int at)
    {
        int length = Int32(bytes, ref at);
        byte subtype = Byte(bytes, ref at);
        return new DocBinary(subtype, Take(bytes, ref at, length).ToArray());
    }

    private static string Text(ReadOnlySpan<byte> bytes, ref int at)
    {
        ReadOnlySpan<byte> text = Take(bytes, ref at, Int32(bytes, ref at));
        return text.Length > 0 && text[^1] == 0 ? Encoding.UTF8.GetString(text[..^1]) : throw new FormatException($"No string at {at}.");
    }

    internal static string CString(ReadOnlySpan<byte> bytes, ref int at)
    {
        int length = bytes[Math.Min(at, bytes.Length)..].IndexOf((byte)0);
        if (length < 0)
        {
            throw new FormatException($"A name at {at} has no end.");
        }

        string text = Encoding.UTF8.GetString(bytes.Slice(at, length));
        at += length + 1;
        return text;
    }

    internal static int Int32(ReadOnlySpan<byte> bytes, ref int at) => BinaryPrimitives.ReadInt32LittleEndian(Take(bytes, ref at, 4));

    private static long Int64(ReadOnlySpan<byte> bytes, ref int at) => BinaryPrimitives.ReadInt64LittleEndian(Take(bytes, ref at, 8));

    private static byte Byte(ReadOnlySpan<byte> bytes, ref int at) => Take(bytes, ref at, 1)[0];

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, ref int at, int length)
    {
        if (length < 0 || length > bytes.Length - at)
        {
            throw new FormatException($"{length} bytes at {at} of {bytes.Length}.");
        }

        at += length;
        return bytes.Slice(at - length, length);
    }
}
