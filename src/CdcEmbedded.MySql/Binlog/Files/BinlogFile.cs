using System.Buffers.Binary;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog.Files;

/// <summary>Reads the events of one binlog file on disk, in the same form as they come over a connection: fe 62 69 6e, then
/// events.</summary>
internal sealed class BinlogFile : IEventStream
{
    /// <summary>Where the first event stands.</summary>
    public const int MagicLength = 4;

    private readonly Stream _stream;
    private readonly EventChunks _chunks = new();
    private bool _magicSeen;
    private bool _ended;

    private BinlogFile(Stream stream, string name)
    {
        _stream = stream;
        Name = name;
    }

    /// <summary>The file's name without its folder.</summary>
    public string Name { get; }

    /// <summary>Where the next event of <see cref="TryRead"/> begins, in 64 bits.</summary>
    public long Position { get; private set; } = MagicLength;

    /// <summary>Bytes of an event at the end of the file that is not whole: the server is writing it, or a copy was cut short. 0 for a
    /// clean end, and before the end.</summary>
    public int IncompleteTail => _ended ? _chunks.Buffered : 0;

    /// <summary>Opens a file. Nothing is read yet.</summary>
    public static BinlogFile Open(string path) => new(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    }), Path.GetFileName(path));

    /// <summary>Reads from a stream, which is disposed with the file.</summary>
    public static BinlogFile FromStream(Stream stream, string name) => new(stream, name);

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
                $"{Name} is encrypted (binlog_encryption=ON), which only its server can read: read it over a connection.",
                position: Name + ":0"),
            var other => throw new CdcProtocolException($"{Name} is no binlog file: it begins with {other:x8}, not fe62696e.",
                position: Name + ":0"),
        };
        return true;
    }
}
