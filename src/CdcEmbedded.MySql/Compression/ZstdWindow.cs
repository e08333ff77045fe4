namespace CdcEmbedded.MySql.Compression;

/// <summary>The decompressed bytes that matches may reach back to, and the newest block on its way out.</summary>
/// <remarks>A ring of the window and one block: a block is written in one piece, so where the end has no room for one, writing goes on at the
/// begin, and the bytes behind it are the older ones. It grows as bytes come, whatever size a header announces.</remarks>
internal sealed class ZstdWindow
{
    /// <summary>Bytes behind a block that copies of whole vectors may spoil.</summary>
    public const int Slack = 64;

    private const int KeepLength = 4 * 1024 * 1024;
    private const int FirstLength = 256 * 1024;

    private byte[] _buffer = [];
    private int _capacity;
    private int _window;
    private int _olderEnd;
    private long _produced;

    /// <summary>Where the newest block begins.</summary>
    public int BlockStart { get; private set; }

    /// <summary>Where the next byte goes.</summary>
    public int At { get; set; }

    public byte[] Buffer => _buffer;

    public ReadOnlySpan<byte> Block => _buffer.AsSpan(BlockStart, At - BlockStart);

    /// <summary>A new frame.</summary>
    /// <param name="window">How far back matches may reach.</param>
    /// <param name="maxBlock">The largest block.</param>
    public void Begin(int window, int maxBlock)
    {
        _window = window;
        // Twice the slack: what copies spoil must not be bytes of the window either.
        _capacity = window + maxBlock + (2 * Slack);
        if (_buffer.Length > KeepLength && _capacity < _buffer.Length)
        {
            _buffer = [];
        }

        BlockStart = At = 0;
        _olderEnd = 0;
        _produced = 0;
    }

    /// <summary>Makes room for a block; what the one before left has been taken.</summary>
    public void BeginBlock(int maxBlock)
    {
        _produced += At - BlockStart;
        var needed = At + maxBlock + Slack;
        if (needed > _buffer.Length && _olderEnd == 0 && _buffer.Length < _capacity)
        {
            var length = Math.Min(_capacity, Math.Max(needed, Math.Max(FirstLength, (int)Math.Min(_buffer.Length * 2L, _capacity))));
            var larger = GC.AllocateUninitializedArray<byte>(length);
            _buffer.AsSpan(0, At).CopyTo(larger);
            _buffer = larger;
        }

        if (needed > _buffer.Length)
        {
            _olderEnd = At;
            At = 0;
        }

        BlockStart = At;
    }

    /// <summary>Gives a large buffer back when nothing more is read with it.</summary>
    public void Release()
    {
        if (_buffer.Length > KeepLength)
        {
            _buffer = [];
        }

        BlockStart = At = 0;
    }

    /// <summary>The furthest that any match may reach back.</summary>
    public int MaxOffset => _window;

    /// <summary>What added to a place in the newest block gives the bytes before that place, up to some number above the window.</summary>
    public int ProducedBefore => (int)Math.Min(_produced, _window) - BlockStart;

    /// <summary>Copies a match, whose bytes may overlap with what it writes. The offset is at most <see cref="MaxOffset"/> and the bytes before, and the length within
    /// the block.</summary>
    public void CopyMatch(int at, int offset, int length)
    {
        var buffer = _buffer.AsSpan();
        if (offset > at)
        {
            // It begins among the older bytes, behind what was written since the ring went round.
            var start = _olderEnd - (offset - at);
            var count = Math.Min(length, _olderEnd - start);
            buffer.Slice(start, count).CopyTo(buffer[at..]);
            at += count;
            length -= count;
            if (length == 0)
            {
                return;
            }
        }

        var from = at - offset;
        if (offset == 1)
        {
            buffer.Slice(at, length).Fill(buffer[from]);
            return;
        }

        if (offset >= length)
        {
            buffer.Slice(from, length).CopyTo(buffer[at..]);
            return;
        }

        // What is there repeats: each copy doubles it.
        for (var pattern = offset; length > 0; pattern *= 2)
        {
            var count = Math.Min(pattern, length);
            buffer.Slice(from, count).CopyTo(buffer[at..]);
            at += count;
            length -= count;
        }
    }
}
