using CdcEmbedded.MongoDb.Bson;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>A cursor with the connection and the session that opened it.</summary>
internal sealed class PinnedCursor : IMongoCursor
{
    // How long a server waits for events where it is not told; its answer may come that much later.
    private static readonly TimeSpan DefaultAwaitTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);
    private readonly MongoDeployment _deployment;
    private readonly CommandLease _lease;
    private readonly MongoCursorOptions _options;
    private readonly ILogger _logger;
    private readonly string _database;
    private readonly string _collection;
    private MongoBatch? _first;
    private long _id;
    private bool _disposed;

    /// <summary>Takes over what the cursor was opened with.</summary>
    /// <exception cref="CdcProtocolException">The reply holds no cursor.</exception>
    public PinnedCursor(MongoDeployment deployment, CommandLease lease, MongoCursorOptions options, RawBson reply, ILogger logger)
    {
        _deployment = deployment;
        _lease = lease;
        _options = options;
        _logger = logger;
        _first = new MongoBatch(reply);
        _id = _first.CursorId;
        var dot = _first.Namespace.IndexOf('.');
        if (dot <= 0 || dot == _first.Namespace.Length - 1)
        {
            throw new CdcProtocolException("A cursor's namespace is not of the form database.collection.", "cursor");
        }

        _database = _first.Namespace[..dot];
        _collection = _first.Namespace[(dot + 1)..];
    }

    /// <inheritdoc/>
    public string Server => _lease.Connection.Address.ToString();

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

        var silence = _deployment.Settings.SocketTimeout is { Ticks: > 0 } limit
            ? limit + (_options.MaxAwaitTime ?? DefaultAwaitTime)
            : TimeSpan.Zero;
        var batch = new MongoBatch(
            await _deployment.RunAsync(_lease, "getMore", GetMore(), _database, null, silence, cancellationToken).ConfigureAwait(false));
        if (batch.CursorId != _id && batch.CursorId != 0)
        {
            throw new CdcProtocolException($"Cursor {_id} was asked, and cursor {batch.CursorId} answered.", "cursor");
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
            if (_id != 0)
            {
                await _deployment.CloseCursorAsync(_lease, KillCursors(), _database, ClosingTime).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is CdcException or OperationCanceledException or ObjectDisposedException)
        {
            Log.CursorNotClosed(_logger, _id, _lease.Connection.Address, exception);
        }
        finally
        {
            _deployment.Return(_lease);
        }
    }

    private RawBson GetMore()
    {
        var writer = new BsonWriter(128);
        writer.WriteInt64("getMore"u8, _id);
        writer.WriteString("collection"u8, _collection);
        if (_options.BatchSize is { } size)
        {
            writer.WriteInt32("batchSize"u8, size);
        }

        if (_options.MaxAwaitTime is { } time)
        {
            writer.WriteInt64("maxTimeMS"u8, (long)time.TotalMilliseconds);
        }

        return writer.ToDocument();
    }

    private RawBson KillCursors()
    {
        var writer = new BsonWriter(128);
        writer.WriteString("killCursors"u8, _collection);
        writer.StartArray("cursors"u8);
        writer.WriteInt64(default, _id);
        return writer.ToDocument();
    }
}
