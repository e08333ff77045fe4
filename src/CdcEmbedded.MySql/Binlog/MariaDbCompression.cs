using System.IO.Compression;

namespace CdcEmbedded.MySql.Binlog;

/// <summary>Data that MariaDB compressed, in events (log_bin_compress; sql/log_event.cc, binlog_buf_compress) and in columns (COMPRESSED; sql/field.cc,
/// compress_zlib).</summary>
/// <remarks><code>
/// 0  1  0x80 = zlib; columns: 0 = not compressed; bit 3 = without zlib's frame; bits 0..2 = bytes of the length
/// 1     length of the data, big-endian
///       the compressed data
/// </code></remarks>
internal static class MariaDbCompression
{
    private const int MaxLength = 1 << 30;
    private const int MethodBits = 0xf0;
    private const int Zlib = 0x80;
    private const int WithoutFrame = 0x08;

    /// <summary>The length of the data.</summary>
    /// <param name="bytes">With their header.</param>
    /// <param name="type">The event, for messages.</param>
    /// <exception cref="CdcProtocolException">The header is damaged, or the method not known.</exception>
    public static int LengthOf(ReadOnlySpan<byte> bytes, EventType type)
    {
        var header = bytes.IsEmpty ? 0 : bytes[0];
        var lengthBytes = header & 7;
        if ((header & MethodBits) != Zlib || lengthBytes is 0 or > 4 || bytes.Length <= lengthBytes)
        {
            throw new CdcProtocolException($"Compressed data begins with byte 0x{header:x2}, which is no way of compression that is known.", type.Name());
        }

        var length = 0L;
        foreach (var b in bytes.Slice(1, lengthBytes))
        {
            length = (length << 8) | b;
        }

        return length <= MaxLength ? (int)length
            : throw new CdcProtocolException($"Compressed data announces {length} bytes, more than {MaxLength}.", type.Name());
    }

    /// <summary>Decompresses into a buffer that is as long as the data.</summary>
    /// <exception cref="CdcProtocolException">The data are damaged, or of another length.</exception>
    public static void Decompress(byte[] buffer, int offset, int length, Span<byte> target, EventType type)
    {
        var header = buffer[offset];
        var skip = 1 + (header & 7);
        using var source = new MemoryStream(buffer, offset + skip, length - skip, writable: false);
        using Stream inflater = (header & WithoutFrame) != 0
            ? new DeflateStream(source, CompressionMode.Decompress)
            : new ZLibStream(source, CompressionMode.Decompress);
        try
        {
            var read = inflater.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            if (read < target.Length || inflater.ReadByte() >= 0)
            {
                throw new CdcProtocolException($"Compressed data announce {target.Length} bytes and hold {(read < target.Length ? $"{read}" : "more")}.", type.Name());
            }
        }
        catch (InvalidDataException e)
        {
            throw new CdcProtocolException($"Compressed data are damaged: {e.Message}", type.Name(), innerException: e);
        }
    }
}
