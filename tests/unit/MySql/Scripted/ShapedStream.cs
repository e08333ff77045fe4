namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>The server's side of a socket with the faults of a network: cut after so many bytes, or byte by byte.</summary>
public sealed class ShapedStream(Stream inner) : Stream
{
    private readonly List<int> _reads = [];
    private ReadOnlyMemory<byte> _pushedBack;
    private long _sent;

    /// <summary>The connection ends after so many bytes were sent; null for never.</summary>
    public long? CutAfterBytes { get; set; }

    /// <summary>Each byte is a write of its own.</summary>
    public bool ByteByByte { get; set; }

    /// <summary>How many bytes were sent so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>What each read brought: a client that writes once per packet shows as one read per packet.</summary>
    public IReadOnlyList<int> Reads
    {
        get
        {
            lock (_reads)
            {
                return [.. _reads];
            }
        }
    }

    /// <summary>Gives back bytes that were read too far: a client sends its TLS hello right after the request for TLS.</summary>
    public void PushBack(ReadOnlyMemory<byte> bytes) => _pushedBack = bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_pushedBack.Length > 0)
        {
            var given = Math.Min(buffer.Length, _pushedBack.Length);
            _pushedBack[..given].CopyTo(buffer);
            _pushedBack = _pushedBack[given..];
            return given;
        }

        var count = await inner.ReadAsync(buffer, cancellationToken);
        lock (_reads)
        {
            _reads.Add(count);
        }

        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var allowed = (int)Math.Min(buffer.Length, (CutAfterBytes ?? long.MaxValue) - _sent);
        if (ByteByByte)
        {
            for (var index = 0; index < allowed; index++)
            {
                await inner.WriteAsync(buffer.Slice(index, 1), cancellationToken);
            }
        }
        else if (allowed > 0)
        {
            await inner.WriteAsync(buffer[..allowed], cancellationToken);
        }

        Interlocked.Add(ref _sent, allowed);
        if (allowed < buffer.Length)
        {
            throw new IOException("Cut, as the script says.");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
