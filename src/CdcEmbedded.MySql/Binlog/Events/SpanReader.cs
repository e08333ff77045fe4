using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Reads little-endian fields of an event's body in order. Each read is checked against the body's end first.</summary>
internal ref struct SpanReader
{
    private readonly ReadOnlySpan<byte> _span;
    private readonly EventType _type;
    private int _position;

    public SpanReader(ReadOnlySpan<byte> span, EventType type)
    {
        _span = span;
        _type = type;
        _position = 0;
    }

    public readonly int Position => _position;

    public readonly int Remaining => _span.Length - _position;

    public readonly ReadOnlySpan<byte> Rest => _span[_position..];

    public byte ReadByte()
    {
        Require(1);
        return _span[_position++];
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2));

    public uint ReadUInt24()
    {
        var b = ReadBytes(3);
        return b[0] | ((uint)b[1] << 8) | ((uint)b[2] << 16);
    }

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4));

    public ulong ReadUInt48()
    {
        var b = ReadBytes(6);
        return BinaryPrimitives.ReadUInt32LittleEndian(b) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(b[4..]) << 32);
    }

    public ulong ReadUInt56()
    {
        var b = ReadBytes(7);
        return BinaryPrimitives.ReadUInt32LittleEndian(b) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(b[4..]) << 32)
            | ((ulong)b[6] << 48);
    }

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(8));

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        Require(count);
        var result = _span.Slice(_position, count);
        _position += count;
        return result;
    }

    public void Skip(int count)
    {
        Require(count);
        _position += count;
    }

    /// <summary>Reads the bytes up to a zero byte, and skips that byte.</summary>
    public ReadOnlySpan<byte> ReadNullTerminated()
    {
        var length = Rest.IndexOf((byte)0);
        if (length < 0)
        {
            ThrowMalformed("a text has no terminating zero byte");
        }

        var result = ReadBytes(length);
        _position++;
        return result;
    }

    /// <summary>Reads a length-encoded integer: one byte below 251, else 252, 253 or 254 followed by 2, 3 or 8 bytes.</summary>
    public ulong ReadLengthEncoded()
    {
        var first = ReadByte();
        switch (first)
        {
            case < 251:
                return first;
            case 252:
                return ReadUInt16();
            case 253:
                return ReadUInt24();
            case 254:
                return ReadUInt64();
            default:
                ThrowMalformed($"byte {first} does not start a length");
                return 0;
        }
    }

    /// <summary>Reads a length-encoded integer that counts bytes or items of this body, so it is at most the number
    /// of bytes left.</summary>
    public int ReadLengthWithin()
    {
        var length = ReadLengthEncoded();
        if (length > (ulong)Remaining)
        {
            ThrowMalformed($"a length of {length} exceeds the {Remaining} bytes that remain");
        }

        return (int)length;
    }

    /// <summary>Reads a length-encoded integer that is at most <paramref name="maximum"/>. A negative maximum, such as the last index of an
    /// empty list, allows none.</summary>
    public int ReadNumberUpTo(int maximum)
    {
        var number = ReadLengthEncoded();
        if (maximum < 0 || number > (ulong)maximum)
        {
            ThrowMalformed($"{number} is above {maximum}");
        }

        return (int)number;
    }

    /// <summary>Reads an integer in the variable-length form of mysql::serialization
    /// (libs/mysql/serialization/variable_length_integers.h): the number of low one bits in the first byte is the number of bytes that
    /// follow; the value is stored above those bits and a zero bit.</summary>
    public ulong ReadVariableLength()
    {
        var first = ReadByte();
        var extra = System.Numerics.BitOperations.TrailingZeroCount(~(uint)first);
        if (extra == 8)
        {
            return ReadUInt64();
        }

        ulong rest = 0;
        var bytes = ReadBytes(extra);
        for (var i = 0; i < bytes.Length; i++)
        {
            rest |= (ulong)bytes[i] << (8 * i);
        }

        return ((ulong)first >> (extra + 1)) | (rest << (7 - extra));
    }

    /// <summary>Reads a signed integer of that form: the sign is the lowest bit, and negative numbers are inverted.</summary>
    public long ReadVariableLengthSigned()
    {
        var raw = ReadVariableLength();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    /// <summary>Reads the next bytes as UTF-8. Invalid bytes become U+FFFD, which is harmless because such text
    /// only names things.</summary>
    public string ReadUtf8(int count) => Encoding.UTF8.GetString(ReadBytes(count));

    [DoesNotReturn]
    public readonly void ThrowMalformed(string what)
        => throw new CdcProtocolException($"A {_type.Name()} is malformed at byte {_position} of {_span.Length}: {what}.", _type.Name(),
            payloadOffset: _position);

    private readonly void Require(int count)
    {
        if ((uint)count > (uint)(_span.Length - _position))
        {
            ThrowMalformed($"{count} bytes are needed and {_span.Length - _position} are left");
        }
    }
}
