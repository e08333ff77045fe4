using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog;

/// <summary>Reads little-endian fields of an event's body in order, each checked against the body's end before it is touched.</summary>
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

    /// <summary>The bytes up to a zero byte, which is passed too.</summary>
    public ReadOnlySpan<byte> ReadNullTerminated()
    {
        var length = Rest.IndexOf((byte)0);
        if (length < 0)
        {
            ThrowMalformed("a text has no zero byte at its end");
        }

        var result = ReadBytes(length);
        _position++;
        return result;
    }

    /// <summary>A length-encoded integer: one byte below 251, else 252, 253 or 254 followed by 2, 3 or 8 bytes.</summary>
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
                ThrowMalformed($"byte {first} does not begin a length");
                return 0;
        }
    }

    /// <summary>A length-encoded integer that counts bytes or things of this body, so it is at most what is left of it.</summary>
    public int ReadLengthWithin()
    {
        var length = ReadLengthEncoded();
        if (length > (ulong)Remaining)
        {
            ThrowMalformed($"a length of {length} passes the end, {Remaining} bytes ahead");
        }

        return (int)length;
    }

    /// <summary>A length-encoded integer that is at most <paramref name="maximum"/>; none is where that is negative, as with the last place of an
    /// empty list.</summary>
    public int ReadNumberUpTo(int maximum)
    {
        var number = ReadLengthEncoded();
        if (maximum < 0 || number > (ulong)maximum)
        {
            ThrowMalformed($"{number} is above {maximum}");
        }

        return (int)number;
    }

    /// <summary>An integer of the variable-length form of mysql::serialization (libs/mysql/serialization/variable_length_integers.h): the
    /// ones at the low end of the first byte count the bytes that follow; the value stands above them and a zero.</summary>
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

    /// <summary>A signed integer of that form: the sign in the lowest bit, negative numbers inverted.</summary>
    public long ReadVariableLengthSigned()
    {
        var raw = ReadVariableLength();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    /// <summary>The next bytes as UTF-8; what is not valid becomes U+FFFD, as such text only names things.</summary>
    public string ReadUtf8(int count) => Encoding.UTF8.GetString(ReadBytes(count));

    [DoesNotReturn]
    public readonly void ThrowMalformed(string what)
        => throw new CdcProtocolException($"A {_type.Name()} is malformed at byte {_position} of {_span.Length}: {what}.", _type.Name(),
            payloadOffset: _position);

    private readonly void Require(int count)
    {
        if ((uint)count > (uint)(_span.Length - _position))
        {
            ThrowMalformed($"{count} bytes are wanted and {_span.Length - _position} are left");
        }
    }
}
