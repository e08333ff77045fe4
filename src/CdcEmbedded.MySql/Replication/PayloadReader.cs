using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Reads the fields of one payload; whatever would reach past its end is a <see cref="CdcProtocolException"/>.</summary>
internal ref struct PayloadReader
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly string _message;
    private int _offset;

    /// <summary>Creates a reader at the payload's first byte.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="message">What it is, for messages.</param>
    public PayloadReader(ReadOnlySpan<byte> payload, string message)
    {
        _payload = payload;
        _message = message;
    }

    /// <summary>The offset of the next byte.</summary>
    public readonly int Offset => _offset;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _payload.Length - _offset;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => ReadBytes(1)[0];

    /// <summary>Reads two bytes, little-endian.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2));

    /// <summary>Reads four bytes, little-endian.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    /// <summary>Skips bytes.</summary>
    public void Skip(int count) => ReadBytes(count);

    /// <summary>Reads bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw Malformed($"{count} bytes were due, {Remaining} are left");
        }

        var bytes = _payload.Slice(_offset, count);
        _offset += count;
        return bytes;
    }

    /// <summary>Reads all that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadBytes(Remaining);

    /// <summary>Reads bytes up to a zero byte, which must be there.</summary>
    public ReadOnlySpan<byte> ReadNulBytes()
    {
        var length = _payload[_offset..].IndexOf((byte)0);
        if (length < 0)
        {
            throw Malformed("a text has no end");
        }

        var bytes = ReadBytes(length);
        _offset++;
        return bytes;
    }

    /// <summary>Reads UTF-8 up to a zero byte, which must be there.</summary>
    public string ReadNulText() => Encoding.UTF8.GetString(ReadNulBytes());

    /// <summary>Reads a length-encoded length (MySQL Internals, "Protocol::LengthEncodedInteger").</summary>
    /// <returns>The length, or -1 for the NULL of a text row.</returns>
    public int ReadLength()
    {
        var first = ReadByte();
        ulong value = first switch
        {
            < 0xFB => first,
            0xFB => ulong.MaxValue,
            0xFC => ReadUInt16(),
            0xFD => ReadUInt16() | ((ulong)ReadByte() << 16),
            0xFE => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8)),
            _ => throw Malformed("a length begins with 0xFF"),
        };
        if (first == 0xFB)
        {
            return -1;
        }

        return value <= int.MaxValue ? (int)value : throw Malformed($"a length is {value}");
    }

    /// <summary>Reads bytes with a length-encoded length before them.</summary>
    public ReadOnlySpan<byte> ReadLengthEncodedBytes()
    {
        var length = ReadLength();
        return length >= 0 ? ReadBytes(length) : throw Malformed("NULL where a text was due");
    }

    /// <summary>The exception for a payload that is not what it should be. A proxy that switches servers, or a server that is just
    /// starting, may send such a one once.</summary>
    public readonly CdcProtocolException Malformed(string what) =>
        new($"Malformed {_message}: {what} at byte {_offset}.", _message, payloadOffset: _offset, isTransient: true);
}
