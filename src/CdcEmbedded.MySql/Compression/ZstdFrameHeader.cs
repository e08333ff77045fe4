using System.Buffers.Binary;

namespace CdcEmbedded.MySql.Compression;

/// <summary>What stands in front of a frame's blocks (RFC 8878, 3.1.1.1), behind its magic number.</summary>
/// <remarks><code>
/// 1    descriptor: bits 0-1 dictionary id's size, 2 has checksum, 3 reserved, 5 single segment, 6-7 content size's size
/// 0-1  window: exponent in the upper 5 bits, eighths in the lower 3; not with a single segment
/// 0-4  dictionary id
/// 0-8  content size
/// </code></remarks>
/// <param name="Length">Bytes of the header.</param>
/// <param name="Window">How far back a match may reach, in bytes.</param>
/// <param name="ContentSize">The frame's bytes when decompressed; null where it does not tell.</param>
/// <param name="HasChecksum">Whether a checksum stands behind the last block.</param>
internal readonly record struct ZstdFrameHeader(int Length, ulong Window, ulong? ContentSize, bool HasChecksum)
{
    public static ZstdFrameHeader Read(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            ZstdError.Throw("a frame's header is cut short");
        }

        var descriptor = source[0];
        var isSingle = (descriptor & 0x20) != 0;
        var dictionaryBytes = (descriptor & 3) == 3 ? 4 : descriptor & 3;
        var sizeBytes = (descriptor >> 6) switch { 0 => isSingle ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        var length = 1 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
        if (length > source.Length || (descriptor & 8) != 0)
        {
            ZstdError.Throw(length > source.Length ? "a frame's header is cut short" : "a frame's header sets a reserved bit");
        }

        var dictionary = source.Slice(length - sizeBytes - dictionaryBytes, dictionaryBytes);
        if (dictionary.ContainsAnyExcept((byte)0))
        {
            throw new CdcProtocolException("The Zstandard data was compressed with a dictionary, which the log does not hold.");
        }

        var field = source.Slice(length - sizeBytes, sizeBytes);
        ulong? content = sizeBytes switch
        {
            0 => null,
            1 => field[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256ul,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(field),
        };
        var window = isSingle ? content ?? 0 : WindowOf(source[1]);
        return new ZstdFrameHeader(length, window, content, (descriptor & 4) != 0);
    }

    private static ulong WindowOf(byte descriptor)
    {
        var whole = 1UL << (10 + (descriptor >> 3));
        return whole + (whole / 8 * (ulong)(descriptor & 7));
    }
}
