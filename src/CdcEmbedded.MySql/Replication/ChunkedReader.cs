using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Reads a connection into fresh arrays owned by the garbage collector.</summary>
/// <remarks>
/// Nothing is pooled and no byte that was handed out is ever overwritten, so slices of <see cref="Buffer"/> may be kept for ever;
/// a kept slice keeps its whole chunk. Only bytes that straddle two chunks are moved. A length announced by the peer is not
/// believed: an array for it grows with the bytes that have really arrived, to at most twice as many.
/// One flow at a time; <see cref="Close"/> may be called from any thread.
/// </remarks>
internal sealed class ChunkedReader : IDisposable
{
    /// <summary>Below the 85,000 bytes at which an array goes to the large object heap.</summary>
    public const int StreamingChunkSize = 64 * 1024;

    /// <summary>How many bytes of a packet that has begun must arrive within <see cref="ReadTimeout"/>: fewer are as good as
    /// none.</summary>
    public const int LeastProgress = 1024;

    private readonly SilenceWatchdog _watchdog;
    private readonly Action _closeSocket;
    private readonly string _peer;
    private readonly Stream _stream;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _reading;
    private int _progress;
    private bool _continues;
    private volatile bool _closed;

    /// <summary>Creates the reader; it reads nothing yet.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="peer">Host and port, for messages.</param>
    /// <param name="time">The clock of the watchdog.</param>
    /// <param name="closeSocket">Ends pending reads at once, from any thread.</param>
    public ChunkedReader(Stream stream, string peer, TimeProvider time, Action closeSocket)
    {
        _stream = stream;
        _peer = peer;
        _closeSocket = closeSocket;
        _watchdog = new SilenceWatchdog(time, closeSocket);
    }

    /// <summary>The size of the arrays taken from now on. Small while commands are answered, large for a stream.</summary>
    public int ChunkSize { get; set; } = 8 * 1024;

    /// <summary>How long reads may wait without a byte, or without <see cref="LeastProgress"/> in a packet that has begun;
    /// <see cref="Timeout.InfiniteTimeSpan"/> allows any silence.</summary>
    public TimeSpan ReadTimeout
    {
        get => _watchdog.Limit;
        set => _watchdog.Limit = value;
    }

    /// <summary>The array that holds the unread bytes.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Where in <see cref="Buffer"/> the unread bytes begin.</summary>
    public int Start => _start;

    /// <summary>How many unread bytes there are.</summary>
    public int Available => _end - _start;

    /// <summary>Number of bytes of the last read.</summary>
    public int LastRead { get; private set; }

    /// <summary>True if the reader was closed by its owner.</summary>
    public bool IsClosed => _closed;

    /// <summary>True if the connection was given up because nothing, or almost nothing, came for <see cref="ReadTimeout"/>.</summary>
    public bool WasSilent { get; private set; }

    /// <summary>Moves past bytes that the caller has taken.</summary>
    public void Advance(int count) => _start += count;

    /// <summary>A whole packet was taken: that is progress, however short it is.</summary>
    public void EndPacket() => _continues = false;

    /// <summary>Makes sure, before TLS is put on the connection, that the peer has sent nothing beyond its turn.</summary>
    /// <exception cref="CdcProtocolException">It has: those bytes came in clear text and would be believed as if under TLS.</exception>
    public void CheckNothingUnread()
    {
        if (Available > 0)
        {
            throw new CdcProtocolException(
                $"{_peer} sent {Available} unexpected bytes in clear text before TLS was set up; "
                + "somebody may be tampering with the connection.");
        }
    }

    /// <summary>Waits for one read of the connection.</summary>
    /// <param name="needed">How many contiguous bytes the caller wants from <see cref="Start"/> on; more than there are now.</param>
    /// <param name="cancellationToken">Ends the read and with it the connection.</param>
    /// <returns>True: bytes have arrived. The end of the connection is a failure.</returns>
    /// <exception cref="CdcConnectionException">The peer closed, the network failed, or nothing
    /// came for <see cref="ReadTimeout"/>.</exception>
    public ValueTask<bool> FillAsync(int needed, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _reading) == 0)
        {
            // Else the read below refuses.
            MakeRoom(needed);
        }

        return ReadAsync(_buffer.AsMemory(_end), isUnread: true, cancellationToken);
    }

    /// <summary>Waits for one read of the connection into other memory; nothing may be unread. Exceptions
    /// as for <see cref="FillAsync"/>.</summary>
    /// <param name="destination">Where to; not empty.</param>
    /// <param name="cancellationToken">Ends the read and with it the connection.</param>
    /// <returns>True: <see cref="LastRead"/> bytes have arrived.</returns>
    public ValueTask<bool> ReadIntoAsync(Memory<byte> destination, CancellationToken cancellationToken)
        => ReadAsync(destination, isUnread: false, cancellationToken);

    /// <summary>Closes the connection: a pending read ends at once. May be called more than once and from any thread.</summary>
    public void Close()
    {
        _closed = true;
        _watchdog.Dispose();
        _closeSocket();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    /// <summary>True if this is how sockets and TLS report a connection that is broken, closed or cancelled.</summary>
    public static bool IsConnectionFailure(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException;

    // The one async method between the socket and the feed: on a quiet stream each is suspended and resumed for every commit.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadAsync(Memory<byte> destination, bool isUnread, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            throw new InvalidOperationException("Another read of this connection is pending.");
        }

        int count;
        try
        {
            _watchdog.BeginWait(_continues);
            count = await _stream.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsConnectionFailure(exception))
        {
            throw Failure(_watchdog.EndWait(), exception, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }

        // The watchdog's own closing may look like that of the peer.
        // What comes first ends the wait for a packet, which may be long; from there on the packet must progress.
        _progress = _continues ? _progress + count : 0;
        _continues = _progress < LeastProgress;
        var wasSilent = _watchdog.EndWait();
        if (wasSilent || count == 0)
        {
            throw Failure(wasSilent, null, cancellationToken);
        }

        LastRead = count;
        _end = isUnread ? _end + count : _end;
        return true;
    }

    private void MakeRoom(int needed)
    {
        var held = Available;
        if (needed <= ChunkSize)
        {
            // A read of the last few bytes of a chunk costs a system call as dear as one of the next 64 KiB.
            if (_buffer.Length - _start >= needed && _buffer.Length - _end >= ChunkSize / 16)
            {
                return;
            }

            MoveTo(GC.AllocateUninitializedArray<byte>(ChunkSize), held);
        }
        else if (_buffer.Length - _start > ChunkSize && _end < _buffer.Length)
        {
            // Growing for this packet already, and there is room.
        }
        else
        {
            var size = Math.Min(needed, Math.Max(2L * ChunkSize, 2L * held));
            MoveTo(GC.AllocateUninitializedArray<byte>((int)size), held);
        }
    }

    private void MoveTo(byte[] next, int held)
    {
        _buffer.AsSpan(_start, held).CopyTo(next);
        _buffer = next;
        _start = 0;
        _end = held;
    }

    private Exception Failure(bool silent, Exception? cause, CancellationToken cancellationToken)
    {
        var closedByOwner = _closed;
        Close();
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException("The read was cancelled.", cause, cancellationToken);
        }

        if (silent)
        {
            WasSilent = true;
            return new CdcConnectionException(_progress == 0 ? $"{_peer} sent nothing for {ReadTimeout.TotalSeconds:0.###} seconds."
                : $"{_peer} sent only {_progress} bytes of an unfinished packet in {ReadTimeout.TotalSeconds:0.###} seconds.", cause);
        }

        if (closedByOwner)
        {
            return new ObjectDisposedException(nameof(ChunkedReader), "The connection was closed while it was being read.");
        }

        var unfinished = Available > 0 ? $" after {Available} bytes of an unfinished packet" : "";
        return cause is null
            ? new CdcConnectionException($"{_peer} closed the connection{unfinished}.")
            : new CdcConnectionException($"The connection to {_peer} broke: {cause.Message}", cause);
    }
}
