using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Builds one packet in a pooled buffer that has room for the header in front, so that it leaves in one write.</summary>
/// <remarks>Dispose returns the buffer and clears it: it may have held a password.</remarks>
internal sealed class PacketWriter : IDisposable
{
    private const int HeaderLength = 4;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length = HeaderLength;

    /// <summary>What was written so far, without a header.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(HeaderLength, _length - HeaderLength);

    /// <summary>Appends one byte.</summary>
    public void WriteByte(byte value) => Take(1)[0] = value;

    /// <summary>Appends two bytes, little-endian.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    /// <summary>Appends four bytes, little-endian.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Appends eight bytes, little-endian.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>Appends bytes as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Appends zeros.</summary>
    public void WriteZeros(int count) => Take(count).Clear();

    /// <summary>Appends text as UTF-8 without a length or an end mark.</summary>
    public void WriteText(string text) => Encoding.UTF8.GetBytes(text, Take(Encoding.UTF8.GetByteCount(text)));

    /// <summary>Appends text as UTF-8 with a zero byte after it.</summary>
    public void WriteNulText(string text)
    {
        WriteText(text);
        WriteByte(0);
    }

    /// <summary>Appends a length-encoded integer (MySQL Internals, "Protocol::LengthEncodedInteger").</summary>
    public void WriteLengthEncoded(int value)
    {
        switch (value)
        {
            case < 0xFB:
                WriteByte((byte)value);
                break;
            case <= 0xFFFF:
                WriteByte(0xFC);
                WriteUInt16((ushort)value);
                break;
            default:
                WriteByte(0xFE);
                WriteUInt64((ulong)value);
                break;
        }
    }

    /// <summary>Appends bytes with their length-encoded length before them.</summary>
    public void WriteLengthEncodedBytes(ReadOnlySpan<byte> bytes)
    {
        WriteLengthEncoded(bytes.Length);
        WriteBytes(bytes);
    }

    /// <summary>Appends text as UTF-8 with its length-encoded length before it.</summary>
    public void WriteLengthEncodedText(string text)
    {
        WriteLengthEncoded(Encoding.UTF8.GetByteCount(text));
        WriteText(text);
    }

    /// <summary>Appends text as UTF-8 with one byte of length before it.</summary>
    /// <exception cref="ArgumentException">The text has more than 255 bytes.</exception>
    public void WriteShortText(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > byte.MaxValue)
        {
            throw new ArgumentException($"The text has {length} bytes where 255 fit.", nameof(text));
        }

        WriteByte((byte)length);
        WriteText(text);
    }

    /// <summary>Finishes the packet: one piece of memory with all headers in it, valid until this writer is disposed.</summary>
    /// <param name="sequenceId">The number of the first packet; afterwards that of the next one.</param>
    public ReadOnlyMemory<byte> Frame(ref byte sequenceId)
    {
        var payload = _length - HeaderLength;
        if (payload < PacketStream.MaxPartLength)
        {
            WriteHeader(_buffer, payload, sequenceId++);
            return _buffer.AsMemory(0, _length);
        }

        return FrameParts(_buffer.AsSpan(HeaderLength, payload), ref sequenceId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    // A payload whose length is a multiple of 0xFFFFFF ends with an empty part: otherwise nothing would say that it is over.
    private static byte[] FrameParts(ReadOnlySpan<byte> payload, ref byte sequenceId)
    {
        var parts = (payload.Length / PacketStream.MaxPartLength) + 1;
        var framed = GC.AllocateUninitializedArray<byte>(payload.Length + (parts * HeaderLength));
        var target = framed.AsSpan();
        for (var part = 0; part < parts; part++)
        {
            var length = Math.Min(payload.Length, PacketStream.MaxPartLength);
            WriteHeader(target, length, sequenceId++);
            payload[..length].CopyTo(target[HeaderLength..]);
            payload = payload[length..];
            target = target[(HeaderLength + length)..];
        }

        return framed;
    }

    private static void WriteHeader(Span<byte> target, int length, byte sequenceId) =>
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)length | ((uint)sequenceId << 24));

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Grow(count);
        }

        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }

    private void Grow(int count)
    {
        ObjectDisposedException.ThrowIf(_length == 0, this);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + count), (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }
}
