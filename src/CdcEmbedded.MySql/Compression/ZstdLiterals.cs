using System.Buffers.Binary;

namespace CdcEmbedded.MySql.Compression;

/// <summary>The literals section of a compressed block (RFC 8878, 3.1.1.3.1).</summary>
/// <remarks>Bits 0-1 of the first byte are the kind: 0 raw, 1 one byte repeated, 2 Huffman with its tree, 3 Huffman with the tree before.
/// Bits 2-3 tell the size of the header; above them stand the length and, with Huffman, the compressed length.</remarks>
internal sealed class ZstdLiterals
{
    private readonly byte[] _decoded = new byte[ZstdDecoder.MaxBlock + ZstdWindow.Slack];
    private readonly HuffmanTable _huffman = new();

    /// <summary>A new frame begins.</summary>
    public void Begin() => _huffman.Forget();

    /// <summary>Reads the section.</summary>
    /// <param name="block">The block.</param>
    /// <param name="maxLength">The most literals that a block may have.</param>
    /// <param name="literals">The literals, valid until the next call.</param>
    /// <returns>The section's length in bytes.</returns>
    public int Read(ReadOnlySpan<byte> block, int maxLength, out ReadOnlySpan<byte> literals)
    {
        if (block.IsEmpty)
        {
            ZstdError.Throw("a block has no literals section");
        }

        return (block[0] & 2) == 0 ? ReadPlain(block, maxLength, out literals) : ReadHuffman(block, maxLength, out literals);
    }

    private int ReadPlain(ReadOnlySpan<byte> block, int maxLength, out ReadOnlySpan<byte> literals)
    {
        var format = (block[0] >> 2) & 3;
        var header = format switch { 1 => 2, 3 => 3, _ => 1 };
        var length = (int)(ReadHeader(block, header) >> ((format & 1) == 0 ? 3 : 4));
        CheckLength(length, maxLength);
        var isRaw = (block[0] & 1) == 0;
        var end = header + (isRaw ? length : 1);
        if (end > block.Length)
        {
            ZstdError.Throw("the literals pass the block's end");
        }

        if (isRaw)
        {
            literals = block[header..end];
        }
        else
        {
            _decoded.AsSpan(0, length).Fill(block[header]);
            literals = _decoded.AsSpan(0, length);
        }

        return end;
    }

    private int ReadHuffman(ReadOnlySpan<byte> block, int maxLength, out ReadOnlySpan<byte> literals)
    {
        var format = (block[0] >> 2) & 3;
        var (header, bits) = format switch { 2 => (4, 14), 3 => (5, 18), _ => (3, 10) };
        var sizes = ReadHeader(block, header) >> 4;
        var length = (int)(sizes & ((1UL << bits) - 1));
        var compressed = (int)(sizes >> bits);
        CheckLength(length, maxLength);
        var end = header + compressed;
        if (end > block.Length)
        {
            ZstdError.Throw("the literals pass the block's end");
        }

        var source = block[header..end];
        if ((block[0] & 1) == 0)
        {
            source = source[_huffman.Read(source)..];
        }
        else if (_huffman.Log == 0)
        {
            ZstdError.Throw("literals use the Huffman tree of a block before, and there is none");
        }

        var decoded = _decoded.AsSpan(0, length);
        if (format == 0)
        {
            _huffman.Decode(source, decoded);
        }
        else
        {
            DecodeFour(source, decoded);
        }

        literals = decoded;
        return end;
    }

    /// <summary>Four streams: the lengths of three in 16 bits each, then all four. Each but the last gives a quarter, rounded up.</summary>
    private void DecodeFour(ReadOnlySpan<byte> source, Span<byte> decoded)
    {
        const int JumpTable = 6;
        var quarter = (decoded.Length + 3) / 4;
        if (source.Length < JumpTable || 3 * quarter > decoded.Length)
        {
            ZstdError.Throw("four streams of literals do not fit");
        }

        var streams = source[JumpTable..];
        for (var i = 0; i < 3; i++)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]);
            if (length > streams.Length)
            {
                ZstdError.Throw("a stream of literals passes the section's end");
            }

            _huffman.Decode(streams[..length], decoded.Slice(i * quarter, quarter));
            streams = streams[length..];
        }

        _huffman.Decode(streams, decoded[(3 * quarter)..]);
    }

    private static ulong ReadHeader(ReadOnlySpan<byte> block, int length)
    {
        if (length > block.Length)
        {
            ZstdError.Throw("the header of a literals section is cut short");
        }

        ulong header = 0;
        for (var i = 0; i < length; i++)
        {
            header |= (ulong)block[i] << (8 * i);
        }

        return header;
    }

    private static void CheckLength(int length, int maxLength)
    {
        if (length > maxLength)
        {
            ZstdError.Throw($"a block has {length} literals, above its size of {maxLength}");
        }
    }
}
