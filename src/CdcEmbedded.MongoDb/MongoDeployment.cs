using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Topology;
using CdcEmbedded.MongoDb.Wire;
using CdcEmbedded.Shared;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb;

/// <summary>A MongoDB deployment spoken to directly over the wire protocol: this package's own implementation of the seam.</summary>
internal sealed class MongoDeployment : IMongoDeployment
{
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(2);
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TopologyTracker _tracker;
    private readonly ConnectionPool _pool;
    private readonly SessionPool _sessions;
    private readonly ClusterClock _clock = new();
    private int _disposed;

    private MongoDeployment(MongoConnectionSettings settings, ILogger logger, TimeProvider time)
    {
        Settings = settings;
        _logger = logger;
        _time = time;
        _tracker = new TopologyTracker(settings, logger, time);
        _pool = new ConnectionPool(settings, _tracker, logger, time);
        _sessions = new SessionPool(time);
        _tracker.Changed = _pool.Follow;
    }

    /// <summary>How the deployment is reached, SRV records resolved.</summary>
    public MongoConnectionSettings Settings { get; }

    /// <summary>What is known of the deployment now.</summary>
    public TopologyDescription Topology => _tracker.Current;

    /// <summary>Resolves SRV records, begins to ask the servers, and waits until one can answer reads by the settings'
    /// preference.</summary>
    /// <param name="settings">How to reach it.</param>
    /// <param name="loggerFactory">Takes what happens.</param>
    /// <param name="time">The clock of all waits.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="dns">Reads SRV and TXT records; null for the system's name servers.</param>
    /// <exception cref="CdcConnectionException">No name server or no suitable server was found in time.</exception>
    /// <exception cref="CdcAuthenticationException">The login was refused.</exception>
    /// <exception cref="ArgumentException">What DNS says does not go with the connection string.</exception>
    public static async ValueTask<MongoDeployment> ConnectAsync(
        MongoConnectionSettings settings, ILoggerFactory loggerFactory, TimeProvider time, CancellationToken cancellationToken,
        IDnsResolver? dns = null)
    {
        var logger = loggerFactory.CreateLogger("CdcEmbedded.MongoDb");
        foreach (var warning in settings.Warnings)
        {
            Log.ConnectionStringWarning(logger, warning);
        }

        if (settings.SrvHost is { } host)
        {
            settings = await SrvSeedlist.ResolveAsync(settings, dns ?? new DnsClient(time), cancellationToken).ConfigureAwait(false);
            Log.SeedlistResolved(logger, host, settings.Hosts.Count);
        }

        if (settings is { Tls: null, Credential: not null })
        {
            Log.NotEncrypted(logger, settings);
        }

        var deployment = new MongoDeployment(settings, logger, time);
        var connected = false;
        try
        {
            deployment._tracker.Start();
            var lease = await deployment.BorrowAsync(settings.ReadPreference, null, cancellationToken).ConfigureAwait(false);
            deployment.Return(lease);
            connected = true;
            return deployment;
        }
        finally
        {
            if (!connected)
            {
                await deployment.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<RawBson> RunCommandAsync(
        string database, RawBson command, MongoCommandOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (reply, lease) = await ExecuteAsync(database, command, options ?? new(), cancellationToken).ConfigureAwait(false);
        Return(lease);
        return reply;
    }

    /// <inheritdoc/>
    public async ValueTask<IMongoCursor> OpenCursorAsync(
        string database, RawBson command, MongoCursorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var (reply, lease) = await ExecuteAsync(database, command, options, cancellationToken).ConfigureAwait(false);
        try
        {
            return new PinnedCursor(this, lease, options, reply, _logger);
        }
        catch
        {
            lease.Connection.Dispose();
            Return(lease);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await EndSessionsAsync().ConfigureAwait(false);
        await _tracker.DisposeAsync().ConfigureAwait(false);
        _pool.Dispose();
    }

    /// <summary>Runs a command on a borrowed connection and tells the topology of errors.</summary>
    internal async ValueTask<RawBson> RunAsync(
        CommandLease lease, string name, RawBson command, string database, MongoCommandOptions? options, TimeSpan silence,
        CancellationToken cancellationToken)
    {
        var connection = lease.Connection;
        var preference = options is null
            ? null
            : CommandEnvelope.ToSend(options.ReadPreference ?? Settings.ReadPreference, Topology.Type, connection.Hello.Type);
        var message = CommandEnvelope.Complete(
            name, command, database, lease.Session?.Id, _clock.Document, preference, options is null ? null : Settings.ReadConcernLevel,
            options?.AfterClusterTime);
        if (lease.Session is { } session)
        {
            session.WasUsed = true;
        }

        try
        {
            var reply = await connection.RunAsync(name, message, silence, cancellationToken).ConfigureAwait(false);
            _clock.Learn(reply);
            return reply;
        }
        catch (MongoCommandException exception)
        {
            _clock.Learn(exception.Reply);
            _tracker.Report(ApplicationError.Command(connection.Address, connection.Generation, exception));
            throw;
        }
        catch (CdcConnectionException exception)
        {
            _tracker.Report(ApplicationError.Network(connection.Address, connection.Generation, exception, connection.FellSilent));
            throw;
        }
        finally
        {
            if (connection.IsBroken && lease.Session is { } touched)
            {
                touched.IsDirty = true;
            }
        }
    }

    /// <summary>Gives back what a command has borrowed.</summary>
    internal void Return(CommandLease lease)
    {
        if (lease.Session is { } session)
        {
            _sessions.Return(session);
        }

        _pool.Return(lease.Connection);
    }

    /// <summary>Closes a cursor: over its own connection, or over another one to the same server where that is broken.</summary>
    internal async ValueTask CloseCursorAsync(CommandLease lease, RawBson command, string database, TimeSpan limit)
    {
        using var deadline = new Deadline(limit, _time, CancellationToken.None);
        if (!lease.Connection.IsBroken)
        {
            await RunAsync(lease, "killCursors", command, database, null, limit, deadline.Token).ConfigureAwait(false);
            return;
        }

        // Behind a load balancer another connection may lead to another router, which does not know the cursor.
        if (Topology.Type != TopologyType.LoadBalanced
            && Topology.Servers.TryGetValue(lease.Connection.Address, out var server)
            && server.Type != ServerType.Unknown)
        {
            var other = new CommandLease(await _pool.TakeAsync(server, deadline.Token).ConfigureAwait(false), lease.Session);
            try
            {
                await RunAsync(other, "killCursors", command, database, null, limit, deadline.Token).ConfigureAwait(false);
            }
            finally
            {
                _pool.Return(other.Connection);
            }
        }
    }

    private static bool IsRetryable(CdcException exception) => exception switch
    {
        MongoCommandException command => ServerErrorKind.IsRetryable(command.Code, command.ServerMessage),
        CdcConnectionException connection => connection.IsTransient,
        _ => false,
    };

    private async ValueTask<(RawBson Reply, CommandLease Lease)> ExecuteAsync(
        string database, RawBson command, MongoCommandOptions options, CancellationToken cancellationToken)
    {
        var name = CommandWriter.NameOf(command);
        var mayRetry = Settings.RetryReads && CommandEnvelope.IsRetryable(name);
        var preference = options.ReadPreference ?? Settings.ReadPreference;
        ServerAddress? failed = null;
        while (true)
        {
            var server = await _tracker.SelectAsync(preference, _pool.InUse, failed, cancellationToken).ConfigureAwait(false);
            CommandLease? lease = null;
            try
            {
                lease = await BorrowAsync(server, cancellationToken).ConfigureAwait(false);
                var reply = await RunAsync(lease, name, command, database, options, Settings.SocketTimeout, cancellationToken)
                    .ConfigureAwait(false);
                return (reply, lease);
            }
            catch (CdcException exception) when (mayRetry && failed is null && IsRetryable(exception))
            {
                ReturnFailed(lease);
                failed = server.Address;
                Log.Retrying(_logger, name, server.Address, exception);
            }
            catch
            {
                ReturnFailed(lease);
                throw;
            }
        }
    }

    private void ReturnFailed(CommandLease? lease)
    {
        if (lease is not null)
        {
            Return(lease);
        }
    }

    private async ValueTask<CommandLease> BorrowAsync(ReadPreference preference, ServerAddress? avoid, CancellationToken cancellationToken)
    {
        var server = await _tracker.SelectAsync(preference, _pool.InUse, avoid, cancellationToken).ConfigureAwait(false);
        return await BorrowAsync(server, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CommandLease> BorrowAsync(ServerDescription server, CancellationToken cancellationToken)
    {
        var connection = await _pool.TakeAsync(server, cancellationToken).ConfigureAwait(false);
        var timeout = connection.Hello.LogicalSessionTimeoutMinutes;
        return new CommandLease(connection, timeout is null ? null : _sessions.Take(timeout));
    }

    private async ValueTask EndSessionsAsync()
    {
        var ids = _sessions.Drain();
        var server = Topology.Primary ?? Topology.Servers.Values.FirstOrDefault(server => server.HoldsData);
        if (ids.Count == 0 || server is null)
        {
            return;
        }

        try
        {
            using var deadline = new Deadline(GoodbyeTime, _time, CancellationToken.None);
            var lease = new CommandLease(await _pool.TakeAsync(server, deadline.Token).ConfigureAwait(false), null);
            try
            {
                await RunAsync(
                    lease, "endSessions", SessionPool.EndCommand(ids), "admin", null, GoodbyeTime, deadline.Token).ConfigureAwait(false);
            }
            finally
            {
                Return(lease);
            }
        }
        catch (Exception exception) when (exception is CdcException or OperationCanceledException)
        {
            Log.SessionsNotEnded(_logger, ids.Count, exception);
        }
    }
}
