using System.IO.Compression;

namespace CdcEmbedded.MongoDb.Double.Wire;

/// <summary>
/// The compressors of OP_COMPRESSED ("MongoDB Wire Protocol" in the manual): snappy (1, one raw block), zlib (2, RFC 1950) and
/// zstd (3, one frame).
/// </summary>
internal static class Compressor
{
    public const byte None = 0;
    private const byte Snappy = 1;
    private const byte Zlib = 2;
    private const byte Zstd = 3;

    /// <summary>The name in hello, null for an id that stands for no compression.</summary>
    /// <exception cref="FormatException">The id is unknown.</exception>
    public static string? NameOf(byte id) => id switch
    {
        None => null,
        Snappy => "snappy",
        Zlib => "zlib",
        Zstd => "zstd",
        _ => throw new FormatException($"Compressor {id} is unknown."),
    };

    public static byte[] Compress(byte id, ReadOnlySpan<byte> content)
    {
        switch (id)
        {
            case Snappy:
                return Snappier.Snappy.CompressToArray(content);
            case Zlib:
                using (var compressed = new MemoryStream())
                {
                    using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
                    {
                        zlib.Write(content);
                    }

                    return compressed.ToArray();
                }

            case Zstd:
                using (var zstd = new ZstdSharp.Compressor())
                {
                    return zstd.Wrap(content).ToArray();
                }

            default:
                return content.ToArray();
        }
    }

    /// <summary>Restores the content, which the message says to have <paramref name="size"/> bytes.</summary>
    /// <exception cref="FormatException">The bytes are no such content.</exception>
    public static byte[] Decompress(byte id, ReadOnlySpan<byte> bytes, int size)
    {
        try
        {
            byte[] content = Restore(id, bytes, size);
            return content.Length == size
                ? content
                : throw new FormatException($"{content.Length} bytes by {NameOf(id) ?? "no compressor"}, the message says {size}.");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            throw new FormatException($"The message is no {NameOf(id)}.", e);
        }
    }

    private static byte[] Restore(byte id, ReadOnlySpan<byte> bytes, int size)
    {
        switch (id)
        {
            case Snappy:
                return Snappier.Snappy.GetUncompressedLength(bytes) == size ? Snappier.Snappy.DecompressToArray(bytes) : [];
            case Zlib:
                using (var zlib = new ZLibStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress))
                {
                    return Read(zlib, size);
                }

            case Zstd:
                using (var zstd = new ZstdSharp.DecompressionStream(new MemoryStream(bytes.ToArray())))
                {
                    return Read(zstd, size);
                }

            default:
                return bytes.ToArray();
        }
    }

    private static byte[] Read(Stream stream, int size)
    {
        var content = new byte[size];
        stream.ReadExactly(content);
        return stream.ReadByte() < 0 ? content : throw new InvalidDataException("There is more than the message says.");
    }
}
