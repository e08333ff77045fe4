using System.Buffers.Binary;

namespace CdcEmbedded.MySql.Compression;

/// <summary>Decompresses Zstandard (RFC 8878) as a stream: compressed bytes that are in memory, decompressed ones on demand. Memory is the
/// window and one block, whatever the content's size. Reusable; one caller.</summary>
/// <remarks><code>
/// frame: magic FD2FB528, header, blocks, [checksum: low 4 bytes of XXH64]; or magic 184D2A5x, length[4], bytes to pass over
/// block: 3 bytes (bit 0 last, bits 1-2 kind: 0 raw, 1 one byte repeated, 2 compressed; above them the size), contents
/// </code></remarks>
internal sealed class ZstdDecoder
{
    /// <summary>The largest block of any frame.</summary>
    public const int MaxBlock = 128 * 1024;

    /// <summary>The window that is accepted unless told otherwise; the zstd tool's own bound.</summary>
    public const int DefaultMaxWindow = 128 * 1024 * 1024;

    private const uint Magic = 0xfd2fb528;
    private const uint SkippableMagic = 0x184d2a50;

    private readonly int _maxWindow;
    private readonly ZstdWindow _window = new();
    private readonly ZstdLiterals _literals = new();
    private readonly ZstdSequences _sequences = new();
    private XxHash64 _hash = new();
    private ReadOnlyMemory<byte> _input;
    private int _at;
    private bool _inFrame;
    private ZstdFrameHeader _header;
    private int _maxBlock;
    private ulong _produced;
    private int _taken;

    /// <summary>Creates the decoder.</summary>
    /// <param name="maxWindow">The largest window in bytes, and so about the memory that is used; larger ones are refused.</param>
    public ZstdDecoder(int maxWindow = DefaultMaxWindow) => _maxWindow = maxWindow;

    /// <summary>Begins with other compressed bytes: any number of whole frames. They must not change before the end is reached.</summary>
    public void Begin(ReadOnlyMemory<byte> input)
    {
        _input = input;
        _at = 0;
        _inFrame = false;
        _window.Release();
        _taken = 0;
    }

    /// <summary>Lets go of the input, and of a window that is too large to keep.</summary>
    public void End() => Begin(default);

    /// <summary>Decompresses more.</summary>
    /// <param name="destination">Where to; not empty.</param>
    /// <returns>The bytes written: 0 at the end of the input only.</returns>
    /// <exception cref="CdcProtocolException">The input is damaged, needs a dictionary, or a larger window than is accepted.</exception>
    public int Read(Span<byte> destination)
    {
        var ready = _window.Block[_taken..];
        while (ready.IsEmpty)
        {
            if (!ReadBlock())
            {
                return 0;
            }

            ready = _window.Block;
            _taken = 0;
        }

        var count = Math.Min(ready.Length, destination.Length);
        ready[..count].CopyTo(destination);
        _taken += count;
        return count;
    }

    /// <summary>Decompresses a block, which may be empty; false at the end of the input.</summary>
    private bool ReadBlock()
    {
        if (!_inFrame && !BeginFrame())
        {
            return false;
        }

        var source = _input.Span[_at..];
        if (source.Length < 3)
        {
            ZstdError.Throw("a frame ends without its last block");
        }

        var header = source[0] | (source[1] << 8) | (source[2] << 16);
        var kind = (header >> 1) & 3;
        var size = header >> 3;
        var length = kind == 1 ? 1 : size;
        if (kind == 3 || size > _maxBlock || length > source.Length - 3)
        {
            ZstdError.Throw(kind == 3 ? "a block is of the reserved kind" : size > _maxBlock
                ? $"a block of {size} bytes is above the frame's {_maxBlock}" : "a block is cut short");
        }

        _at += 3 + length;
        ReadContents(kind, size, source.Slice(3, length));
        _produced += (ulong)_window.Block.Length;
        if (_header.HasChecksum)
        {
            _hash.Append(_window.Block);
        }

        if ((header & 1) != 0)
        {
            EndFrame();
        }
        else if (_produced > (_header.ContentSize ?? ulong.MaxValue))
        {
            ThrowContentSize();
        }

        return true;
    }

    private void ReadContents(int kind, int size, ReadOnlySpan<byte> contents)
    {
        _window.BeginBlock(_maxBlock);
        if (kind == 2)
        {
            var length = _literals.Read(contents, _maxBlock, out var literals);
            _sequences.Execute(contents[length..], literals, _window, _maxBlock);
            return;
        }

        var to = _window.Buffer.AsSpan(_window.At, size);
        if (kind == 1)
        {
            to.Fill(contents[0]);
        }
        else
        {
            contents.CopyTo(to);
        }

        _window.At += size;
    }

    private bool BeginFrame()
    {
        while (_at < _input.Length)
        {
            var source = _input.Span[_at..];
            var magic = source.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(source) : 0;
            if (magic == Magic)
            {
                OpenFrame(ZstdFrameHeader.Read(source[4..]));
                return true;
            }

            if ((magic & ~0xfu) != SkippableMagic || source.Length < 8)
            {
                ZstdError.Throw("no frame begins where one should");
            }

            var skip = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]);
            if (skip > source.Length - 8)
            {
                ZstdError.Throw("a skippable frame passes the end");
            }

            _at += 8 + (int)skip;
        }

        return false;
    }

    private void OpenFrame(in ZstdFrameHeader header)
    {
        if (header.Window > (ulong)_maxWindow)
        {
            throw new CdcProtocolException($"The Zstandard data needs a window of {header.Window} bytes, above the {_maxWindow} that are accepted.");
        }

        _header = header;
        _at += 4 + header.Length;
        _maxBlock = (int)Math.Min(header.Window, MaxBlock);
        _window.Begin((int)header.Window, _maxBlock);
        _literals.Begin();
        _sequences.Begin();
        _hash.Reset();
        _produced = 0;
        _inFrame = true;
    }

    private void EndFrame()
    {
        _inFrame = false;
        if (_header.ContentSize is { } size && size != _produced)
        {
            ThrowContentSize();
        }

        if (!_header.HasChecksum)
        {
            return;
        }

        var source = _input.Span[_at..];
        if (source.Length < 4)
        {
            ZstdError.Throw("the checksum is cut short");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != (uint)_hash.Value())
        {
            ZstdError.Throw("its checksum does not match");
        }

        _at += 4;
    }

    private void ThrowContentSize()
        => ZstdError.Throw($"a frame announces {_header.ContentSize} bytes and holds {_produced} or more");
}
