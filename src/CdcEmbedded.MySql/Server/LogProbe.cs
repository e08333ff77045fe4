using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds out that the server's log was reset while nothing but heartbeats arrives: asks the server over connections
/// of its own.</summary>
/// <remarks>RESET takes the files away, but a dump that reads the first one keeps sending heartbeats out of the deleted file. Once the new
/// file of that name has grown past its position, MySQL 9.7 ends the dump with an I/O error and MariaDB with EOF; MySQL 5.6 stays silent,
/// and continues with the second file as if nothing had happened. Measured on 5.6.24, 9.7.4, MariaDB 10.11 and 11.8. One doubt is no
/// verdict: it takes two looks in a row that contradict what was read, with an interval of heartbeats between them and no event. A look
/// that fails proves nothing, nor does one that reaches another server: the stream itself finds out that the server is gone.</remarks>
internal sealed class LogProbe : IAsyncDisposable
{
    private readonly KnownServer _server;
    private readonly ServerFacts _facts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _interval;
    private readonly CancellationTokenSource _end = new();
    private Task<LogState?>? _look;
    private long _lookedAfter;
    private long _events;
    private long _heartbeats;
    private long _quietSince;
    private bool _isSuspicious;
    private bool _isDisposed;

    /// <summary>Creates the probe; it asks nothing yet.</summary>
    /// <param name="server">The server that the stream comes from.</param>
    /// <param name="facts">What that server was when the stream started.</param>
    /// <param name="interval">How long nothing but heartbeats arrives before a look, and between two looks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Reports failures.</param>
    public LogProbe(KnownServer server, ServerFacts facts, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _server = server;
        _facts = facts;
        _interval = interval;
        _time = time;
        _logger = logger;
        _quietSince = time.GetTimestamp();
    }

    /// <summary>Called whenever something was read; never waits for the server.</summary>
    /// <param name="progress">How far the stream has been read.</param>
    /// <exception cref="OffsetLostException">The log was reset.</exception>
    public ValueTask CheckAsync(ReadProgress progress)
    {
        if (progress.Events != _events)
        {
            _events = progress.Events;
            _heartbeats = progress.Heartbeats;
            _isSuspicious = false;
            _quietSince = _time.GetTimestamp();
        }
        else if (progress.Heartbeats != _heartbeats)
        {
            _heartbeats = progress.Heartbeats;
            return OnHeartbeatAsync(progress);
        }

        return default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            await _end.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            if (_look is { } look)
            {
                _look = null;
                await look.ConfigureAwait(false);
            }

            _end.Dispose();
        }
    }

    private async ValueTask OnHeartbeatAsync(ReadProgress progress)
    {
        if (_look is not { } look)
        {
            if (_time.GetElapsedTime(_quietSince) >= _interval)
            {
                _quietSince = _time.GetTimestamp();
                _lookedAfter = _events;
                _look = Task.Run(() => LookAsync(_end.Token));
            }
        }
        else if (look.IsCompleted)
        {
            _look = null;
            var state = await look.ConfigureAwait(false);

            // What was read since then may be newer than the answer.
            if (_lookedAfter == _events)
            {
                Judge(state, progress);
            }
        }
    }

    private void Judge(LogState? state, ReadProgress progress)
    {
        if (state is null || state.Contradiction(progress.Executed, progress.Cursor.Coordinates) is not { } contradiction)
        {
            _isSuspicious = false;
            return;
        }

        if (_isSuspicious)
        {
            throw new OffsetLostException($"{DumpErrors.ResetText} No event arrived any more, and the server says of its log that "
                + $"{contradiction}.");
        }

        Log.ResetSuspected(_logger, contradiction);
        _isSuspicious = true;
    }

    private async Task<LogState?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var session = await _server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
            await using var disposing = session.ConfigureAwait(false);
            return await LogState.ReadAsync(session, _facts, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (CdcException e)
        {
            Log.ProbeFailed(_logger, e);
            return null;
        }
    }
}
