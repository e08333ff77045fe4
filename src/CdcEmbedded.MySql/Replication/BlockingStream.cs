using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace CdcEmbedded.MySql.Replication;

/// <summary>A socket, or TLS on it, whose blocking calls are made by a <see cref="ConnectionThread"/>.</summary>
/// <remarks>No asynchronous call of the socket is ever made: the first one would register it for good with the runtime's own thread, which
/// then wakes up at each arrival too. One reader and one writer; <see cref="Stream.Close"/> is for any thread.</remarks>
internal sealed class BlockingStream : Stream
{
    /// <summary>Up to this size a write fits into an empty send buffer and is made at once.</summary>
    private const int SmallWrite = 8 * 1024;

    private readonly Socket _socket;
    private readonly ConnectionThread _thread;
    private readonly Func<int> _read;
    private Stream? _plain;
    private SslStream? _tls;
    private Memory<byte> _destination;

    /// <summary>Creates the stream over a socket without a connection, which it owns.</summary>
    public BlockingStream(Socket socket)
    {
        _socket = socket;
        _thread = new ConnectionThread(Abort);
        _read = () => Current.Read(_destination.Span);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>True if a small write would not have to wait.</summary>
    public bool CanWriteAtOnce => !_thread.IsClosed && _socket.Poll(0, SelectMode.SelectWrite);

    private Stream Current => _tls ?? Plain;

    private Stream Plain => _plain ?? throw new InvalidOperationException("There is no connection yet.");

    /// <summary>Connects the socket.</summary>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the stream is then closed.</exception>
    public async ValueTask ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        try
        {
            await _thread.RunAsync(() => Connect(endPoint), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (ChunkedReader.IsConnectionFailure(e) && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("Connecting was cancelled.", e, cancellationToken);
        }
    }

    /// <summary>Puts TLS on the connection.</summary>
    /// <param name="options">What to agree on and to check.</param>
    /// <param name="cancellationToken">Closes the connection; the handshake then ends with whatever failure that gives it.</param>
    public async ValueTask StartTlsAsync(SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(Plain, leaveInnerStreamOpen: false);
        try
        {
            await _thread.RunAsync(() => Authenticate(tls, options), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _tls = tls;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Bytes that have arrived cost no change of thread. Of TLS one cannot say if they are a whole record.
        if (_tls is null && !_thread.IsClosed && _socket.Available > 0)
        {
            return new ValueTask<int>(Plain.Read(buffer.Span));
        }

        _destination = buffer;
        return _thread.RunAsync(_read, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_thread.IsClosed, this);
        if (buffer.Length <= SmallWrite && CanWriteAtOnce)
        {
            Current.Write(buffer.Span);
            return;
        }

        await _thread.RunAsync(() => Write(buffer), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Current.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Current.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is kept back.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends whatever is under way at once.</summary>
    public void Abandon() => _thread.Close();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _thread.Close();
            _tls?.Dispose();
            _plain?.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Connect(EndPoint endPoint)
    {
        _socket.Connect(endPoint);
        _plain = new NetworkStream(_socket, ownsSocket: true);
        return 0;
    }

    private int Write(ReadOnlyMemory<byte> buffer)
    {
        Current.Write(buffer.Span);
        return buffer.Length;
    }

    private static int Authenticate(SslStream stream, SslClientAuthenticationOptions options)
    {
        stream.AuthenticateAsClient(options);
        return 0;
    }

    private void Abort()
    {
        try
        {
            // Wakes up a call that blocks, and lets the peer see an orderly end. Disposal alone may reset the connection.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // There is no connection, or none any more.
        }

        _socket.Dispose();
    }
}
