using System.Net;
using CdcEmbedded.MySql.Server;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Replication;

/// <summary>A connection to a server, logged in: queries, then possibly one binlog stream, which it never leaves again.</summary>
/// <remarks>One flow at a time, except <see cref="DisposeAsync"/>, which any thread may call to end whatever is under way.
/// A failure or a cancellation in the middle of a command closes the session.</remarks>
internal sealed class MySqlSession : IAsyncDisposable
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Streaming = 2;
    private const int Disposed = 3;

    private readonly PacketChannel _channel;
    private readonly ILogger _logger;
    private int _state = Idle;

    private MySqlSession(PacketChannel channel, MySqlHost host, EndPoint endPoint, Greeting greeting, ILogger logger)
    {
        _channel = channel;
        _logger = logger;
        Host = host;
        EndPoint = endPoint;
        ServerVersion = greeting.Version;
        ConnectionId = greeting.ConnectionId;
    }

    /// <summary>The host as the settings name it.</summary>
    public MySqlHost Host { get; }

    /// <summary>The address that answered.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>What the server says it is.</summary>
    public MySqlServerVersion ServerVersion { get; }

    /// <summary>The server's number for this connection.</summary>
    public uint ConnectionId { get; }

    /// <summary>Connects and logs in: every address of every host in order, until one lets the user in.</summary>
    /// <param name="settings">Where and how.</param>
    /// <param name="logger">Where to say so; null for nowhere.</param>
    /// <param name="time">The clock of all timeouts.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CdcConnectionException">No address could be reached, or TLS is not possible as asked.</exception>
    /// <exception cref="CdcAuthenticationException">The credentials were refused; further hosts are not tried.</exception>
    /// <exception cref="CdcServerException">The server refused for another reason.</exception>
    /// <exception cref="CdcProtocolException">It is no MySQL server, or a very old one.</exception>
    public static ValueTask<MySqlSession> ConnectAsync(
        MySqlConnectionSettings settings, ILogger? logger, TimeProvider time, CancellationToken cancellationToken) =>
        SessionConnector.ConnectAsync(settings, logger ?? NullLogger.Instance, time, cancellationToken);

    /// <summary>Logs in over a connected socket, which the session then owns; on failure it is closed.</summary>
    internal static async ValueTask<MySqlSession> LogInAsync(
        PacketChannel channel, MySqlHost host, EndPoint endPoint, MySqlConnectionSettings settings, ILogger logger,
        CancellationToken cancellationToken)
    {
        var greeting = await Handshake.PerformAsync(channel, host, settings, logger, cancellationToken).ConfigureAwait(false);
        channel.Packets.ReadTimeout = settings.CommandTimeout > TimeSpan.Zero ? settings.CommandTimeout : Timeout.InfiniteTimeSpan;
        return new MySqlSession(channel, host, endPoint, greeting, logger);
    }

    /// <summary>Runs a statement and reads all rows of its result, which must be small: it is held in memory.</summary>
    /// <exception cref="CdcServerException">The server answered with an error; the session can be used further.</exception>
    /// <exception cref="CdcConnectionException">The connection broke or the server was silent for the command timeout.</exception>
    public async ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        Enter();
        var clean = false;
        try
        {
            using (var writer = new PacketWriter())
            {
                writer.WriteByte(Command.Query);
                writer.WriteText(sql);
                _channel.Packets.NextSequenceId = 0;
                await _channel.SendAsync(writer, cancellationToken).ConfigureAwait(false);
            }

            var result = await QueryResultReader.ReadAsync(_channel, cancellationToken).ConfigureAwait(false);
            clean = true;
            return result;
        }
        catch (CdcServerException)
        {
            clean = true;
            throw;
        }
        finally
        {
            Leave(clean);
        }
    }

    /// <summary>Runs a statement whose result does not matter. Exceptions as for <see cref="QueryAsync"/>.</summary>
    public async ValueTask ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        await QueryAsync(sql, cancellationToken).ConfigureAwait(false);

    /// <summary>Sends a command and expects OK. Exceptions as for <see cref="QueryAsync"/>.</summary>
    /// <param name="command">The command, its first byte included.</param>
    /// <param name="cancellationToken">Ends the wait and closes the session.</param>
    public async ValueTask ExecuteAsync(PacketWriter command, CancellationToken cancellationToken)
    {
        Enter();
        var clean = false;
        try
        {
            _channel.Packets.NextSequenceId = 0;
            await _channel.SendAsync(command, cancellationToken).ConfigureAwait(false);
            var answer = await _channel.ReadAsync(cancellationToken).ConfigureAwait(false);
            clean = answer.Kind is PacketKind.Ok or PacketKind.Error;
            if (answer.Kind != PacketKind.Ok)
            {
                throw answer.Kind == PacketKind.Error
                    ? ServerError.Read(answer.Span, _channel.Peer)
                    : new CdcProtocolException($"{_channel.Peer} answered a command with a packet of kind {answer.Kind}.");
            }
        }
        finally
        {
            Leave(clean);
        }
    }

    /// <summary>Sends a command after which the server sends packets without end, and hands over those.</summary>
    /// <param name="command">The command, its first byte included.</param>
    /// <param name="readTimeout">The longest silence of the socket; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <returns>The packets, the first of which may be an error (<see cref="ServerError.Read"/>). The session has to be kept and
    /// disposed; it accepts no further command.</returns>
    public async ValueTask<PacketStream> StartStreamAsync(PacketWriter command, TimeSpan readTimeout, CancellationToken cancellationToken)
    {
        Enter();
        var sent = false;
        try
        {
            _channel.Packets.NextSequenceId = 0;
            _channel.Packets.ReadTimeout = readTimeout;
            _channel.ReadInLargeChunks();
            await _channel.SendAsync(command, cancellationToken).ConfigureAwait(false);
            sent = true;
            return _channel.Packets;
        }
        finally
        {
            Interlocked.CompareExchange(ref _state, sent ? Streaming : Idle, Busy);
            if (!sent)
            {
                _channel.Close();
            }
        }
    }

    /// <summary>Closes the connection at once; whatever waits for it ends. Never waits for the server. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        var state = Interlocked.Exchange(ref _state, Disposed);
        if (state == Disposed)
        {
            return;
        }

        if (state == Idle && !_channel.IsClosed)
        {
            // Lets the server close without counting an aborted client.
            using var quit = new PacketWriter();
            quit.WriteByte(Command.Quit);
            await _channel.TryQuitAsync(quit).ConfigureAwait(false);
        }

        _channel.Dispose();
        Log.Closed(_logger, _channel.Peer, ConnectionId);
    }

    private void Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, Busy, Idle);
        ObjectDisposedException.ThrowIf(state == Disposed, this);
        if (state != Idle)
        {
            throw new InvalidOperationException(state == Busy
                ? "Another command of this session is under way."
                : "The session streams a binlog and accepts no further command.");
        }
    }

    private void Leave(bool clean)
    {
        if (!clean)
        {
            _channel.Close();
        }

        Interlocked.CompareExchange(ref _state, Idle, Busy);
    }
}
