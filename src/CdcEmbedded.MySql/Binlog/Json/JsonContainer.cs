using System.Buffers.Binary;

namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>An object or array of a binary JSON document: how many values it has and where each of them is. See <see cref="JsonBinary"/>
/// for the layout.</summary>
internal readonly struct JsonContainer
{
    private readonly int _start;
    private readonly int _end;
    private readonly bool _isWide;

    private JsonContainer(int start, int end, int count, bool isObject, bool isWide)
    {
        _start = start;
        _end = end;
        _isWide = isWide;
        Count = count;
        IsObject = isObject;
    }

    public int Count { get; }

    public bool IsObject { get; }

    /// <summary>Number of bytes of its tables of keys and values.</summary>
    public int TableBytes => Count * (KeyEntry + ValueEntry);

    private int Width => _isWide ? 4 : 2;

    private int KeyEntry => IsObject ? Width + 2 : 0;

    private int ValueEntry => Width + 1;

    /// <summary>Reads the head of a container.</summary>
    /// <exception cref="CdcProtocolException">The container does not fit in its bytes.</exception>
    public static JsonContainer Read(ReadOnlySpan<byte> bytes, in JsonLocation value)
    {
        var isWide = (value.Type & 1) != 0;
        var width = isWide ? 4 : 2;
        if (value.End - value.Start < 2 * width)
        {
            throw Malformed($"{2 * width} bytes are needed, {value.End - value.Start} are left");
        }

        var count = ReadOffset(bytes[value.Start..], isWide);
        var size = ReadOffset(bytes[(value.Start + width)..], isWide);
        if (size > (uint)(value.End - value.Start))
        {
            throw Malformed($"a container has a size of {size} bytes");
        }

        var entry = (value.IsObject ? width + 2 : 0) + 1 + width;
        return (2 * width) + ((long)count * entry) <= size
            ? new JsonContainer(value.Start, value.Start + (int)size, (int)count, value.IsObject, isWide)
            : throw Malformed($"a container has {count} values in {size} bytes");
    }

    /// <summary>Returns the key of one of an object's values.</summary>
    /// <exception cref="CdcProtocolException">The key is outside the container.</exception>
    public ReadOnlySpan<byte> Key(ReadOnlySpan<byte> bytes, int index)
    {
        var entry = bytes.Slice(_start + (2 * Width) + (index * KeyEntry), KeyEntry);
        var offset = ReadOffset(entry, _isWide);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(entry[Width..]);
        return offset <= (uint)(_end - _start) && length <= _end - _start - (int)offset
            ? bytes.Slice(_start + (int)offset, length)
            : throw Malformed($"a key of {length} bytes at {offset} is outside its container");
    }

    /// <summary>Returns the location of one of its values.</summary>
    /// <exception cref="CdcProtocolException">The value is outside the container.</exception>
    public JsonLocation Value(ReadOnlySpan<byte> bytes, int index)
    {
        var entry = _start + (2 * Width) + (Count * KeyEntry) + (index * ValueEntry);
        var type = bytes[entry];
        if (type is JsonLocation.Literal or JsonLocation.Int16 or JsonLocation.UInt16
            || (_isWide && type is JsonLocation.Int32 or JsonLocation.UInt32))
        {
            return new JsonLocation(type, entry + 1, entry + ValueEntry, true);
        }

        var offset = ReadOffset(bytes[(entry + 1)..], _isWide);
        return offset < (uint)(_end - _start)
            ? new JsonLocation(type, _start + (int)offset, _end, false)
            : throw Malformed($"a value at {offset} is outside its container");
    }

    private static uint ReadOffset(ReadOnlySpan<byte> bytes, bool isWide)
        => isWide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static CdcProtocolException Malformed(string what) => new($"A JSON document is malformed: {what}.");
}
