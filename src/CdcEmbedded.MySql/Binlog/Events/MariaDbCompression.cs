using System.Buffers.Binary;
using System.IO.Compression;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Data that MariaDB compressed, in events (log_bin_compress; sql/log_event.cc, binlog_buf_compress) and in columns
/// (COMPRESSED; sql/field_comp.cc, compress_zlib).</summary>
/// <remarks><code>
/// 0  1  0x80 = zlib; columns: 0 = not compressed; bit 3 = no zlib frame; bits 0..2 = bytes of the length
/// 1     length of the data, big-endian
///       the compressed data: the zlib frame is method and window[2] before it, and after it the Adler-32[4] of the
///       plain data, big-endian (RFC 1950)
/// </code>The frame is verified here, because the framework's own stream accepts data that is cut off inside the frame or after
/// the last block.</remarks>
internal static class MariaDbCompression
{
    /// <summary>Most bytes that a server can have compressed.</summary>
    public const int MaxLength = 1 << 30;

    // A match of 258 bytes takes at least two bits (RFC 1951), so one byte expands to at most 1,032: a greater length is false, and is
    // detected before memory is allocated for it.
    private const int MaxRatio = 1032;
    private const int MethodBits = 0xf0;
    private const int Zlib = 0x80;
    private const int WithoutFrame = 0x08;
    private const int FrameHeaderLength = 2;
    private const int FrameCheckLength = 4;

    /// <summary>Reads the length of the data.</summary>
    /// <param name="bytes">The compressed bytes, including their header.</param>
    /// <param name="type">The event, for messages.</param>
    /// <param name="maxLength">The greatest length that is accepted.</param>
    /// <exception cref="CdcProtocolException">The header is damaged, the method unknown, or the data too long.</exception>
    public static int LengthOf(ReadOnlySpan<byte> bytes, EventType type, int maxLength)
    {
        var header = bytes.IsEmpty ? 0 : bytes[0];
        var lengthBytes = header & 7;
        if ((header & MethodBits) != Zlib || lengthBytes is 0 or > 4 || bytes.Length <= lengthBytes)
        {
            throw new CdcProtocolException($"Compressed data starts with byte 0x{header:x2}, which is not a known compression "
                + "method.", type.Name());
        }

        var length = 0L;
        foreach (var b in bytes.Slice(1, lengthBytes))
        {
            length = (length << 8) | b;
        }

        var compressed = bytes.Length - 1 - lengthBytes;
        if (length > maxLength)
        {
            throw new CdcProtocolException($"Compressed data announces {length} bytes; at most {maxLength} are accepted "
                + "(MaxEventBytes).", type.Name());
        }

        return length <= (long)compressed * MaxRatio ? (int)length
            : throw new CdcProtocolException($"Compressed data announces {length} bytes, to which {compressed} bytes cannot "
                + "expand.", type.Name());
    }

    /// <summary>Decompresses into a buffer that is as long as the data.</summary>
    /// <exception cref="CdcProtocolException">The data is damaged, or of another length.</exception>
    public static void Decompress(byte[] buffer, int offset, int length, Span<byte> target, EventType type)
    {
        var header = buffer[offset];
        var skip = 1 + (header & 7);
        var data = new ArraySegment<byte>(buffer, offset + skip, length - skip);
        if ((header & WithoutFrame) != 0)
        {
            Inflate(data, target, type);
            return;
        }

        if (!HasFrame(data))
        {
            throw Damaged("it has no zlib frame", type);
        }

        Inflate(data[FrameHeaderLength..^FrameCheckLength], target, type);
        if (BinaryPrimitives.ReadUInt32BigEndian(data[^FrameCheckLength..]) != Adler32(target))
        {
            throw Damaged("its Adler-32 checksum is wrong", type);
        }
    }

    private static void Inflate(ArraySegment<byte> data, Span<byte> target, EventType type)
    {
        using var source = new MemoryStream(data.Array ?? [], data.Offset, data.Count, writable: false);
        using var inflater = new DeflateStream(source, CompressionMode.Decompress);
        try
        {
            var read = inflater.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            if (read < target.Length || inflater.ReadByte() >= 0)
            {
                throw Damaged($"it announces {target.Length} bytes and holds {(read < target.Length ? $"{read}" : "more")}", type);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged(e.Message, type, e);
        }
    }

    /// <summary>Returns true if the bytes start with method 8 and no dictionary, and the frame's own check is right.</summary>
    private static bool HasFrame(ReadOnlySpan<byte> data) => data.Length >= FrameHeaderLength + FrameCheckLength
        && (data[0] & 0x0f) == 8
        && (data[1] & 0x20) == 0
        && BinaryPrimitives.ReadUInt16BigEndian(data) % 31 == 0;

    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        const uint prime = 65521;

        // The sums of this many bytes fit in 32 bits.
        const int run = 5552;
        uint a = 1, b = 0;
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(run, bytes.Length)];
            foreach (var value in part)
            {
                a += value;
                b += a;
            }

            a %= prime;
            b %= prime;
            bytes = bytes[part.Length..];
        }

        return (b << 16) | a;
    }

    private static CdcProtocolException Damaged(string what, EventType type, Exception? inner = null)
        => new($"Compressed data is damaged: {what}.", type.Name(), innerException: inner);
}
