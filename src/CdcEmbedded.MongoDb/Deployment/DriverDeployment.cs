using System.Globalization;
using System.Net;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Runs the commands of a change stream through the driver; replies are the bytes that the server sent.</summary>
/// <remarks>A read that a network or state error ends is repeated once, at a newly selected server and in a new session: the driver repeats
/// no command that it does not know as a read. <c>getMore</c> is never repeated.</remarks>
internal sealed class DriverDeployment : IMongoDeployment
{
    /// <summary>The limit where the settings name none. The driver has no limit then, and a half-open connection would hold a
    /// stream for ever.</summary>
    private static readonly TimeSpan DefaultSilence = TimeSpan.FromSeconds(30);

    private readonly DriverClient _client;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <param name="client">The client; the caller closes it, after this.</param>
    /// <param name="logger">Takes what happens.</param>
    /// <param name="time">The clock of the limits.</param>
    public DriverDeployment(DriverClient client, ILogger logger, TimeProvider time)
    {
        _client = client;
        _logger = logger;
        _time = time;
        Silence = new SilenceLimit(client.Settings.SocketTimeout > TimeSpan.Zero ? client.Settings.SocketTimeout : DefaultSilence);

    }

    /// <summary>Creates a deployment over the engine's client. The first command finds the servers.</summary>
    /// <exception cref="CdcConnectionException">DNS does not answer, or a certificate file cannot be used.</exception>
    public static async ValueTask<IMongoDeployment> ConnectAsync(ClientSettings settings, SourceContext context,
        CancellationToken cancellationToken)
    {
        var client = await SourceState.Of(context).GetClientAsync(settings, context, cancellationToken).ConfigureAwait(false);
        return new DriverDeployment(client, context.LoggerFactory.CreateLogger<MongoSource>(), context.TimeProvider);
    }

    /// <summary>How long a server may take for a command.</summary>
    public SilenceLimit Silence { get; }

    /// <summary>True if the servers are reached over a load balancer.</summary>
    public bool IsLoadBalanced => _client.Settings.LoadBalanced;

    /// <inheritdoc/>
    public async ValueTask<RawBson> RunCommandAsync(string database, BsonDocument command, CancellationToken cancellationToken)
    {
        var (reply, _, _) = await ReadAsync(database, command, opensCursor: false, Silence.Current, cancellationToken)
            .ConfigureAwait(false);
        return new RawBson(reply);
    }

    /// <inheritdoc/>
    public async ValueTask<RawBson> WriteAsync(string database, BsonDocument command, CancellationToken cancellationToken)
    {
        using var deadline = Limit(Silence.Current, cancellationToken);
        var choice = new ServerChoice(deadline: deadline);
        return new RawBson(await SendAsync(Prepare(database, command, ReadPreference.Primary), null, choice, deadline, cancellationToken)
            .ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask<IMongoCursor> OpenCursorAsync(
        string database, BsonDocument command, CursorOptions options, CancellationToken cancellationToken)
    {
        // A stream that opens may read hours of oplog before it finds an event. Heartbeats show that the server is alive.
        var limit = options is { MaxAwaitTime: null, IsLong: false } ? Silence.Current : TimeSpan.Zero;
        var (reply, choice, session) = await ReadAsync(database, command, opensCursor: true, limit, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return new DriverCursor(this, session, choice.Selected?.EndPoint, reply, options, _logger);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Prepares a command to be run, possibly many times.</summary>
    /// <exception cref="CdcProtocolException">No database can have the name, which a reply has given.</exception>
    public PreparedCommand Prepare(string database, BsonDocument command, ReadPreference readPreference)
    {
        try
        {
            return new(_client.Client.GetDatabase(database), command, readPreference);
        }
        catch (ArgumentException e)
        {
            throw new CdcProtocolException($"The server names a database '{database.ReplaceLineEndings(" ")}', which cannot exist.",
                command.GetElement(0).Name, isTransient: true, innerException: e);
        }
    }

    /// <summary>Creates the token of one command.</summary>
    public CommandDeadline Limit(TimeSpan limit, CancellationToken cancellationToken)
        => new(limit, _time, cancellationToken, _client.Tls.GivesUp);

    /// <summary>Runs a command once.</summary>
    /// <param name="command">The command.</param>
    /// <param name="session">The session; null for one of the driver's own.</param>
    /// <param name="choice">Which server it goes to.</param>
    /// <param name="deadline">Ends it.</param>
    /// <param name="cancellationToken">The caller's part of <paramref name="deadline"/>.</param>
    public async ValueTask<byte[]> SendAsync(
        PreparedCommand command, IClientSessionHandle? session, ServerChoice choice, CommandDeadline deadline,
            CancellationToken cancellationToken)
    {
        ServerChoice.Current = choice;
        try
        {
            var reply = session is null
                ? command.Database.RunCommandAsync(command.Command, command.ReadPreference, deadline.Token)
                : command.Database.RunCommandAsync(session, command.Command, command.ReadPreference, deadline.Token);
            return await reply.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not CdcException)
        {
            throw Translate(exception, command.Name, choice, deadline, cancellationToken);
        }
    }

    /// <summary>The client stays open, for the next connection of the same engine.</summary>
    public ValueTask DisposeAsync() => default;

    private async ValueTask<(byte[] Reply, ServerChoice Choice, IClientSessionHandle? Session)> ReadAsync(
        string database, BsonDocument command, bool opensCursor, TimeSpan limit, CancellationToken cancellationToken)
    {
        var prepared = Prepare(database, command, PreferenceFor(_client.Settings));
        EndPoint? failed = null;
        while (true)
        {
            using var deadline = Limit(limit, cancellationToken);
            var choice = new ServerChoice(avoided: failed, deadline: deadline);
            var session = opensCursor ? StartSession() : null;
            try
            {
                return (await SendAsync(prepared, session, choice, deadline, cancellationToken).ConfigureAwait(false), choice, session);
            }
            catch (CdcException exception) when (failed is null && choice.Selected is not null && _client.Settings.RetryReads
                && DriverErrors.IsRetryable(exception))
            {
                session?.Dispose();
                failed = choice.Selected.EndPoint;
                Log.Retrying(_logger, prepared.Name, ServerNames.Of(failed), exception);
            }
            catch
            {
                session?.Dispose();
                throw;
            }
        }
    }

    private ReadPreference PreferenceFor(MongoClientSettings settings)
    {
        if (settings.ReadPreference.ReadPreferenceMode != ReadPreferenceMode.Primary)
        {
            return settings.ReadPreference;
        }

        // The one server of a direct connection may be a secondary, which answers only where it may (specification "Server Selection",
        // "Topology type Single"). Otherwise the driver's own instance: another one of the same mode is not equal to it, and the driver
        // would send it.
        return settings.DirectConnection && _client.Client.Cluster.Description.Type != ClusterType.Sharded
            ? ReadPreference.PrimaryPreferred
            : ReadPreference.Primary;
    }

    // A server without sessions, as some compatible databases are, has cursors all the same.
    private IClientSessionHandle? StartSession()
    {
        var cluster = _client.Client.Cluster.Description;
        return cluster.State == ClusterState.Connected && cluster.LogicalSessionTimeout is null && !IsLoadBalanced
            ? null
            : _client.Client.StartSession(new ClientSessionOptions { CausalConsistency = false });
    }

    private Exception Translate(Exception exception, string command, ServerChoice choice, CommandDeadline deadline,
        CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(cancellationToken);
        }

        var server = choice.Selected is { } selected ? ServerNames.Of(selected.EndPoint) : "the deployment";
        if (deadline.HasExpired)
        {
            return new CdcConnectionException(string.Create(
                CultureInfo.InvariantCulture, $"{server} did not answer the command {command} within {deadline.Limit.TotalSeconds:0.###} "
                    + $"seconds."), exception);
        }

        if (exception is OperationCanceledException or TimeoutException && _client.Tls.Failure is { } failure)
        {
            return DriverErrors.Tls(string.Join(", ", _client.Settings.Servers), failure);
        }

        return DriverErrors.Translate(exception, command, server, () => ServerNames.Describe(_client.Client.Cluster.Description));
    }
}
