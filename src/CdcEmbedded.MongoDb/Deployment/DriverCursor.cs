using System.Net;
using CdcEmbedded.MongoDb.Documents;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>A cursor, kept on the server and in the session that opened it.</summary>
/// <remarks>Not thread-safe: one read at a time.</remarks>
internal sealed class DriverCursor : IMongoCursor
{
    // How long a server waits for events where the command does not say.
    private static readonly TimeSpan DefaultAwaitTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);
    private readonly DriverDeployment _deployment;
    private readonly IClientSessionHandle? _session;
    private readonly EndPoint? _server;
    private readonly ILogger _logger;
    private readonly PreparedCommand _getMore;
    private readonly PreparedCommand _killCursors;
    private readonly TimeSpan _awaitTime;
    private MongoBatch? _first;
    private long _id;
    private bool _isBroken;
    private bool _disposed;

    /// <summary>Takes over the reply that opened the cursor, and the session.</summary>
    /// <exception cref="CdcProtocolException">The reply holds no cursor.</exception>
    public DriverCursor(
        DriverDeployment deployment, IClientSessionHandle? session, EndPoint? server, byte[] reply, CursorOptions options, ILogger logger)
    {
        _deployment = deployment;
        _session = session;
        _server = server;
        _logger = logger;
        _awaitTime = options.MaxAwaitTime ?? DefaultAwaitTime;
        _first = new MongoBatch(new RawBson(reply));
        _id = _first.CursorId;
        var dot = _first.Namespace.IndexOf('.');
        if (dot <= 0 || dot == _first.Namespace.Length - 1)
        {
            throw new CdcProtocolException("A cursor's namespace is not of the form database.collection.", "cursor", isTransient: true);
        }

        var (database, collection) = (_first.Namespace[..dot], _first.Namespace[(dot + 1)..]);
        var getMore = new BsonDocument { { "getMore", _id }, { "collection", collection } };
        if (options.BatchSize is { } size)
        {
            getMore.Add("batchSize", size);
        }

        if (options.MaxAwaitTime is { } time)
        {
            getMore.Add("maxTimeMS", (long)time.TotalMilliseconds);
        }

        // The server is chosen already, and may have become a secondary: the cursor says so itself.
        _getMore = deployment.Prepare(database, getMore, ReadPreference.Nearest);
        _killCursors = deployment.Prepare(
            database, new BsonDocument { { "killCursors", collection }, { "cursors", new BsonArray { _id } } }, ReadPreference.Nearest);
    }

    /// <inheritdoc/>
    public string Server => _server is null ? "the server" : ServerNames.Of(_server);

    /// <inheritdoc/>
    public bool IsExhausted => _id == 0 && _first is null;

    /// <inheritdoc/>
    public async ValueTask<MongoBatch> ReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_first is { } first)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _first = null;
            return first;
        }

        if (_id == 0)
        {
            throw new InvalidOperationException("The cursor is exhausted.");
        }

        var batch = new MongoBatch(new RawBson(await GetMoreAsync(cancellationToken).ConfigureAwait(false)));
        if (batch.CursorId != _id && batch.CursorId != 0)
        {
            throw new CdcProtocolException($"Cursor {_id} was asked, and cursor {batch.CursorId} answered.", "cursor", isTransient: true);
        }

        _id = batch.CursorId;
        return batch;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            // Over a load balancer another connection may lead to another router, which does not know the cursor.
            if (_id != 0 && !(_isBroken && _deployment.IsLoadBalanced))
            {
                using var deadline = _deployment.Limit(ClosingTime, CancellationToken.None);
                deadline.Start();
                await _deployment.SendAsync(_killCursors, _session, new ServerChoice(required: _server), deadline, CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is CdcException or OperationCanceledException or ObjectDisposedException)
        {
            Log.CursorNotClosed(_logger, _id, Server, exception);
        }
        finally
        {
            _session?.Dispose();
        }
    }

    private async ValueTask<byte[]> GetMoreAsync(CancellationToken cancellationToken)
    {
        using var deadline = _deployment.Limit(_deployment.Silence.Current + _awaitTime, cancellationToken);
        try
        {
            var reply = await _deployment.SendAsync(_getMore, _session, new ServerChoice(required: _server, deadline: deadline), deadline,
                cancellationToken)
                .ConfigureAwait(false);
            _deployment.Silence.OnReply();
            return reply;
        }
        catch
        {
            _isBroken = true;
            if (deadline.HasExpired)
            {
                _deployment.Silence.OnExceeded();
            }

            throw;
        }
    }
}
