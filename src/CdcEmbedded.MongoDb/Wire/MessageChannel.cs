using System.Net.Sockets;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.Shared;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>Sends a command and receives its reply over one socket; one exchange at a time.</summary>
/// <remarks>A reply is a slice of a fresh array that nobody writes again, so it may be kept for ever. After any failure the channel is
/// closed: what the server still sends would be taken for the answer to the next command.</remarks>
internal sealed class MessageChannel : IDisposable
{
    /// <summary>The longest message that servers send and take (MaxMessageSizeBytes in src/mongo/rpc/message.h).</summary>
    public const int MaxMessageSize = 48_000_000;

    // Before a server has proved who it is, it is not believed that its hello takes megabytes.
    private const int MaxGreetingSize = 1024 * 1024;

    private readonly string _peer;
    private readonly Socket _socket;
    private readonly ChunkedReader _reader;
    private Stream _stream;
    private int _requestId;
    private int _limit = MaxGreetingSize;
    private volatile bool _broken;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">The socket; the channel owns it.</param>
    /// <param name="peer">Host and port, for messages.</param>
    /// <param name="time">The clock of time limits.</param>
    public MessageChannel(Socket socket, string peer, TimeProvider time)
    {
        _socket = socket;
        _peer = peer;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new ChunkedReader(_stream, peer, time, socket.Dispose);
    }

    /// <summary>Whether an exchange has failed or the channel was closed: it cannot be used any more.</summary>
    public bool IsBroken => _broken;

    /// <summary>Whether it broke because the server kept silent for too long.</summary>
    public bool FellSilent => _reader.FellSilent;

    /// <summary>The zlib level to compress with; null for none.</summary>
    public int? ZlibLevel { get; set; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsEncrypted { get; private set; }

    /// <summary>Goes on with TLS.</summary>
    /// <exception cref="CdcConnectionException">The certificate does not verify, or the connection broke.</exception>
    public async ValueTask StartTlsAsync(TlsSettings settings, string host, CancellationToken cancellationToken)
    {
        const string Remedy = "Name the authority's certificate with tlsCAFile, or connect by a name that the certificate is for.";
        _stream = await TlsClient.AuthenticateAsync(_stream, settings, host, _peer, Remedy, cancellationToken).ConfigureAwait(false);
        _reader.ReplaceStream(_stream);
        IsEncrypted = true;
    }

    /// <summary>Says that the server has proved who it is, so that whole batches may come.</summary>
    public void Trust()
    {
        _limit = MaxMessageSize;
        _reader.TrustedSize = MaxMessageSize;
    }

    /// <summary>Sends a command and waits for its reply.</summary>
    /// <param name="command">The whole command, <c>$db</c> included.</param>
    /// <param name="compressible">False for those that hold secrets and for the handshake.</param>
    /// <param name="silence">The longest that the server may send nothing; zero for no limit.</param>
    /// <param name="cancellationToken">Ends the exchange and with it the channel.</param>
    /// <exception cref="CdcConnectionException">The connection broke or the server kept silent.</exception>
    /// <exception cref="CdcProtocolException">The reply is not one.</exception>
    public async ValueTask<RawBson> ExchangeAsync(RawBson command, bool compressible, TimeSpan silence, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_broken, this);
        cancellationToken.ThrowIfCancellationRequested();
        var complete = false;
        try
        {
            var requestId = ++_requestId;
            await SendAsync(requestId, command, compressible, cancellationToken).ConfigureAwait(false);
            _reader.ReadTimeout = silence > TimeSpan.Zero ? silence : Timeout.InfiniteTimeSpan;
            var reply = await ReceiveAsync(requestId, cancellationToken).ConfigureAwait(false);
            complete = true;
            return reply;
        }
        finally
        {
            if (!complete)
            {
                Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _broken = true;
        _reader.Dispose();
        _stream.Dispose();
        _socket.Dispose();
    }

    private async ValueTask SendAsync(int requestId, RawBson command, bool compressible, CancellationToken cancellationToken)
    {
        var message = OpMsg.Write(requestId, command);
        if (compressible && ZlibLevel is { } level)
        {
            message = CompressedMessage.Write(message, level);
        }

        try
        {
            await _stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (ChunkedReader.IsConnectionFailure(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CdcConnectionException($"The connection to {_peer} broke: {exception.Message}", exception);
        }
    }

    private async ValueTask<RawBson> ReceiveAsync(int requestId, CancellationToken cancellationToken)
    {
        while (_reader.Available < MessageHeader.Size)
        {
            await _reader.FillAsync(MessageHeader.Size, cancellationToken).ConfigureAwait(false);
        }

        var header = MessageHeader.Read(_reader.Buffer.AsSpan(_reader.Start));
        Check(header, requestId);
        while (_reader.Available < header.Length)
        {
            await _reader.FillAsync(header.Length, cancellationToken).ConfigureAwait(false);
        }

        var buffer = _reader.Buffer;
        var offset = _reader.Start + MessageHeader.Size;
        var length = header.Length - MessageHeader.Size;
        _reader.Advance(header.Length);
        if (_reader.Available > 0)
        {
            throw Unexpected($"{_reader.Available} bytes follow the reply to the only command under way");
        }

        if (header.OpCode == OpCode.Msg)
        {
            return OpMsg.Read(buffer, offset, length, hasHeader: true);
        }

        var original = CompressedMessage.Read(buffer, offset, length, _limit);
        return OpMsg.Read(original, 0, original.Length, hasHeader: false);
    }

    private void Check(MessageHeader header, int requestId)
    {
        if (header.Length <= MessageHeader.Size || header.Length > _limit)
        {
            throw Unexpected($"a message says that it is {header.Length} bytes long, and at most {_limit} are accepted");
        }

        if (header.OpCode != OpCode.Msg && (header.OpCode != OpCode.Compressed || ZlibLevel is null))
        {
            throw Unexpected($"a message has the opcode {header.OpCode}");
        }

        if (header.ResponseTo != requestId)
        {
            throw Unexpected($"a reply to request {header.ResponseTo} came where {requestId} was waited for");
        }
    }

    private CdcProtocolException Unexpected(string what)
        => new(
            $"{_peer} does not keep to the wire protocol of MongoDB: {what}. "
                + "Is it a MongoDB server, and is TLS on at both ends or at neither?",
            "OP_MSG");
}
