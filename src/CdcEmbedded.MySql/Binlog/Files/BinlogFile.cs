using System.Buffers.Binary;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog.Files;

/// <summary>Reads the events of one binlog file on disk, in the form in which a connection delivers them: fe 62 69
/// 6e, then events.</summary>
internal sealed class BinlogFile : IEventStream
{
    /// <summary>Position of the first event.</summary>
    public const int MagicLength = 4;

    private readonly Stream _stream;
    private readonly EventChunks _chunks;
    private bool _magicSeen;
    private bool _ended;

    private BinlogFile(Stream stream, string name, int maxEventBytes)
    {
        _chunks = new EventChunks(maxEventBytes);
        _stream = stream;
        Name = name;
    }

    /// <summary>The file's name without its folder.</summary>
    public string Name { get; }

    /// <summary>Position of the next event of <see cref="TryRead"/>, in 64 bits.</summary>
    public long Position { get; private set; } = MagicLength;

    /// <summary>Number of bytes of an incomplete event at the end of the file: the server is still writing it, or a copy was truncated. 0
    /// at a clean end, and before the end.</summary>
    public int IncompleteTail => _ended ? _chunks.Buffered : 0;

    /// <summary>Opens a file without reading from it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxEventBytes">Most bytes of an event.</param>
    public static BinlogFile Open(string path, int maxEventBytes = MariaDbCompression.MaxLength) => new(new FileStream(path,
        new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    }), Path.GetFileName(path), maxEventBytes);

    /// <summary>Reads from a stream, which this file owns and disposes.</summary>
    public static BinlogFile FromStream(Stream stream, string name) => new(stream, name, MariaDbCompression.MaxLength);

    /// <inheritdoc/>
    public bool TryRead(out EventSlice slice)
    {
        slice = default;
        if (!_magicSeen && !TryReadMagic())
        {
            return false;
        }

        if (!_chunks.TryRead(out slice))
        {
            return false;
        }

        Position += slice.Length;
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        var read = await _stream.ReadAsync(_chunks.GetFreeMemory(), cancellationToken).ConfigureAwait(false);
        _chunks.Advance(read);
        _ended = read == 0;
        return !_ended;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private bool TryReadMagic()
    {
        if (!_chunks.TryTake(MagicLength, out var magic))
        {
            return false;
        }

        _magicSeen = BinaryPrimitives.ReadUInt32BigEndian(magic) switch
        {
            0xfe62_696e => true,
            0xfd62_696e => throw new CdcProtocolException(
                $"{Name} is encrypted (binlog_encryption=ON) and only its server can read it: read it over a connection.",
                position: Name + ":0"),
            var other => throw new CdcProtocolException($"{Name} is not a binlog file: it starts with {other:x8} instead of fe62696e.",
                position: Name + ":0"),
        };
        return true;
    }
}
