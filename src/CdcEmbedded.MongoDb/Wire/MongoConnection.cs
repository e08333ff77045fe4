using System.Net;
using System.Net.Sockets;
using CdcEmbedded.MongoDb.Authentication;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Topology;
using CdcEmbedded.Shared;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>A connection that has shaken hands and, where that was asked for, logged in. One command at a time.</summary>
internal sealed class MongoConnection : IDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);
    private const int CommandNotFound = 59;
    private readonly MessageChannel _channel;
    private readonly ILogger _logger;

    private MongoConnection(MessageChannel channel, ServerAddress address, Greeting greeting, int generation, ILogger logger)
    {
        _channel = channel;
        Address = address;
        Hello = greeting.Hello;
        HelloCommand = greeting.Command;
        HandshakeTime = greeting.Time;
        Generation = generation;
        _logger = logger;
    }

    /// <summary>The server.</summary>
    public ServerAddress Address { get; }

    /// <summary>What the server said at the handshake.</summary>
    public HelloReply Hello { get; }

    /// <summary>What the server calls its greeting: <c>hello</c>, or <c>isMaster</c> on old ones.</summary>
    public string HelloCommand { get; }

    /// <summary>How long the answer to the handshake took.</summary>
    public TimeSpan HandshakeTime { get; }

    /// <summary>The server's generation when the connection was made.</summary>
    public int Generation { get; }

    /// <summary>When it was last given back, by the clock of the pool.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether it cannot be used any more.</summary>
    public bool IsBroken => _channel.IsBroken;

    /// <summary>Whether it broke because the server kept silent for too long.</summary>
    public bool FellSilent => _channel.FellSilent;

    /// <summary>Connects, shakes hands and logs in.</summary>
    /// <param name="address">The server.</param>
    /// <param name="settings">How.</param>
    /// <param name="credential">Who logs in; null for nobody, as for monitoring.</param>
    /// <param name="generation">The server's generation now.</param>
    /// <param name="logger">Takes what happens.</param>
    /// <param name="time">The clock of time limits.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CdcConnectionException">Nobody answers, or not in time, or the certificate does not verify.</exception>
    /// <exception cref="CdcAuthenticationException">The server refused the credential.</exception>
    /// <exception cref="CdcProtocolException">What answers is no MongoDB server.</exception>
    /// <exception cref="MongoCommandException">The server refused the handshake.</exception>
    public static async ValueTask<MongoConnection> OpenAsync(
        ServerAddress address, MongoConnectionSettings settings, MongoCredential? credential, int generation, ILogger logger,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var deadline = new Deadline(settings.ConnectTimeout, time, cancellationToken);
        MessageChannel? channel = null;
        MongoConnection? connection = null;
        try
        {
            channel = new MessageChannel(await DialAsync(address, deadline.Token).ConfigureAwait(false), address.ToString(), time);
            if (settings.Tls is { } tls)
            {
                await channel.StartTlsAsync(tls, address.Host, deadline.Token).ConfigureAwait(false);
            }

            var greeting = await ShakeHandsAsync(channel, address, settings, credential, time, deadline.Token).ConfigureAwait(false);
            channel.Trust();
            connection = new MongoConnection(channel, address, greeting, generation, logger);
            Log.Connected(
                logger, address, greeting.Hello.Type, greeting.Hello.ConnectionId ?? 0, time.GetElapsedTime(started).TotalMilliseconds);
            return connection;
        }
        catch (OperationCanceledException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CdcConnectionException(
                $"{address} did not complete the connection within {settings.ConnectTimeout.TotalSeconds:0.###} seconds.", exception);
        }
        finally
        {
            if (connection is null)
            {
                channel?.Dispose();
            }
        }
    }

    /// <summary>Runs a command.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="command">The whole command.</param>
    /// <param name="silence">The longest that the server may send nothing; zero for no limit.</param>
    /// <param name="cancellationToken">Ends the command and with it the connection.</param>
    /// <exception cref="MongoCommandException">The server answered with an error.</exception>
    /// <exception cref="CdcConnectionException">The connection broke or the server kept silent.</exception>
    /// <exception cref="CdcProtocolException">The reply is damaged.</exception>
    public async ValueTask<RawBson> RunAsync(string name, RawBson command, TimeSpan silence, CancellationToken cancellationToken)
        => Checked(
            await _channel.ExchangeAsync(command, compressible: true, silence, cancellationToken).ConfigureAwait(false), name, Address);

    /// <inheritdoc/>
    public void Dispose()
    {
        Log.Closed(_logger, Address, Hello.ConnectionId ?? 0);
        _channel.Dispose();
    }

    private static RawBson Checked(RawBson reply, string name, ServerAddress address)
        => ServerErrorKind.Of(reply) is { } error
            ? throw new MongoCommandException(name, address.ToString(), reply, ServerErrorKind.IsRetryable(error.Code, error.Message))
            : reply;

    private static async ValueTask<Socket> DialAsync(ServerAddress address, CancellationToken cancellationToken)
    {
        EndPoint[] endPoints = address.IsUnixSocket
            ? [new UnixDomainSocketEndPoint(address.Host)]
            : await SocketDialer.ResolveAsync(address.Host, address.Port, cancellationToken).ConfigureAwait(false);
        SocketException? failure = null;
        foreach (var endPoint in endPoints)
        {
            try
            {
                return await SocketDialer.DialAsync(endPoint, KeepAlive, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        throw new CdcConnectionException($"{address} could not be connected to: {failure?.Message ?? "its name has no address"}", failure);
    }

    private static async ValueTask<Greeting> ShakeHandsAsync(
        MessageChannel channel, ServerAddress address, MongoConnectionSettings settings, MongoCredential? credential, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var login = credential is null ? null : new Login(credential, channel.IsEncrypted, ScramConversation.RandomNonce);
        var metadata = new ClientMetadata(settings.ApplicationName, Environment.GetEnvironmentVariable, File.Exists).Build();
        var command = "hello";
        var started = time.GetTimestamp();
        var reply = await ExchangeAsync(HandshakeCommand.Build(command, settings, metadata, login)).ConfigureAwait(false);
        var elapsed = time.GetElapsedTime(started);
        if (ServerErrorKind.Of(reply) is { Code: CommandNotFound })
        {
            command = "isMaster";
            reply = await ExchangeAsync(HandshakeCommand.Build(command, settings, metadata, login)).ConfigureAwait(false);
        }

        var hello = HelloReply.Read(Checked(reply, command, address));
        if (settings.LoadBalanced && hello.ServiceId is null)
        {
            throw new CdcConnectionException(
                $"The connection string says loadBalanced=true, and {address} is not behind a load balancer that MongoDB knows of.",
                    isTransient: false);
        }

        if (settings.ZlibCompression && HelloReply.Texts(reply, "compression"u8).Contains("zlib"))
        {
            channel.ZlibLevel = settings.ZlibLevel;
        }

        if (login is not null && hello.Type is not ServerType.RSArbiter)
        {
            await login.CompleteAsync(
                reply,
                async step => Checked(await ExchangeAsync(step).ConfigureAwait(false), CommandWriter.NameOf(step), address))
                .ConfigureAwait(false);
        }

        return new Greeting(hello, command, elapsed);

        // The deadline of the whole connection bounds these, so that the silence need not.
        ValueTask<RawBson> ExchangeAsync(RawBson message)
            => channel.ExchangeAsync(message, compressible: false, TimeSpan.Zero, cancellationToken);
    }

    private sealed record Greeting(HelloReply Hello, string Command, TimeSpan Time);
}
