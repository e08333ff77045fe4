using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Replication;

/// <summary>A connection to a server as a replica makes it, logged in: the commands that prepare a dump, then the dump, which it
/// never leaves again.</summary>
/// <remarks>One flow at a time, except <see cref="DisposeAsync"/>, which any thread may call to end whatever is under way.
/// A failure or a cancellation in the middle of a command closes the session.</remarks>
internal sealed class ReplicationSession : IAsyncDisposable
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Streaming = 2;
    private const int Disposed = 3;

    private readonly PacketChannel _channel;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _commandTimeout;
    private int _state = Idle;

    private ReplicationSession(PacketChannel channel, MySqlHost host, EndPoint endPoint, Greeting greeting, TimeSpan commandTimeout,
        ILogger logger, TimeProvider time)
    {
        _channel = channel;
        _commandTimeout = commandTimeout;
        _logger = logger;
        _time = time;
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
    public static ValueTask<ReplicationSession> ConnectAsync(
        SessionSettings settings, ILogger? logger, TimeProvider time, CancellationToken cancellationToken) =>
        SessionConnector.ConnectAsync(settings, logger ?? NullLogger.Instance, time, cancellationToken);

    /// <summary>Logs in over a connected socket, which the session then owns; on failure it is closed.</summary>
    internal static async ValueTask<ReplicationSession> LogInAsync(
        PacketChannel channel, MySqlHost host, EndPoint endPoint, SessionSettings settings, ILogger logger, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var greeting = await Handshake.PerformAsync(channel, host, settings, logger, cancellationToken).ConfigureAwait(false);
        return new ReplicationSession(channel, host, endPoint, greeting, settings.CommandTimeout, logger, time);
    }

    /// <summary>Asks for one row of short texts.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="columns">How many columns the row must have.</param>
    /// <param name="cancellationToken">Ends the wait and closes the session.</param>
    /// <returns>The values; null for NULL.</returns>
    /// <exception cref="CdcServerException">The server answered with an error; the session can be used further.</exception>
    /// <exception cref="CdcProtocolException">The answer is anything else than one such row; the session is closed.</exception>
    /// <exception cref="CdcConnectionException">The connection broke, or the answer was not complete within
    /// the command timeout.</exception>
    public ValueTask<string?[]> AskAsync(string sql, int columns, CancellationToken cancellationToken)
    {
        return RunAsync(sql, WriteQuery(sql), token => RowReader.ReadAsync(_channel, sql, columns, token), cancellationToken);
    }

    /// <summary>Runs a statement that has no rows. Exceptions as for <see cref="AskAsync"/>.</summary>
    public async ValueTask ExecuteAsync(string sql, CancellationToken cancellationToken)
        => await RunAsync(sql, WriteQuery(sql), token => ReadOkAsync(sql, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Sends a command and expects OK. Exceptions as for <see cref="AskAsync"/>.</summary>
    /// <param name="name">The command's name, for messages.</param>
    /// <param name="command">The command, its first byte included; disposed here.</param>
    /// <param name="cancellationToken">Ends the wait and closes the session.</param>
    public async ValueTask ExecuteAsync(string name, PacketWriter command, CancellationToken cancellationToken)
        => await RunAsync(name, command, token => ReadOkAsync(name, token), cancellationToken).ConfigureAwait(false);

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
            _channel.ReadStream();
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

    private static PacketWriter WriteQuery(string sql)
    {
        var writer = new PacketWriter();
        writer.WriteByte(Command.Query);
        writer.WriteText(sql);
        return writer;
    }

    /// <summary>Sends a command and reads its answer, both within the one limit of a command.</summary>
    private async ValueTask<T> RunAsync<T>(string name, PacketWriter command, Func<CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken)
    {
        using var disposing = command;
        Enter();
        var isClean = false;
        using var deadline = new Deadline(_commandTimeout, _time, cancellationToken);
        try
        {
            _channel.Packets.NextSequenceId = 0;
            await _channel.SendAsync(command, deadline.Token).ConfigureAwait(false);
            var result = await read(deadline.Token).ConfigureAwait(false);
            isClean = true;
            return result;
        }
        catch (CdcServerException)
        {
            isClean = true;
            throw;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CdcConnectionException(
                $"{_channel.Peer} did not complete its answer to '{name}' within {_commandTimeout.TotalSeconds:0.###} seconds (Default "
                    + "Command Timeout).", e);
        }
        finally
        {
            Leave(isClean);
        }
    }

    private async ValueTask<bool> ReadOkAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await _channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        return answer.Kind switch
        {
            PacketKind.Ok => true,
            PacketKind.Error => throw ServerError.Read(answer.Span, _channel.Peer),
            _ => throw new CdcProtocolException($"{_channel.Peer} answered '{name}' with a packet of kind {answer.Kind} instead of OK.",
                isTransient: true),
        };
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
