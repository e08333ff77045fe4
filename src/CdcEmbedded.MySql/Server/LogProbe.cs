using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds out, while nothing but heartbeats comes, that the server's log was reset: asks the server over connections of their own.</summary>
/// <remarks>RESET takes the files away, but a dump that reads the first one goes on sending heartbeats out of the deleted file. Once the new file of that name
/// has grown past its place, MySQL 9.7 ends it with an I/O error and MariaDB with EOF; MySQL 5.6 stays silent, and goes on with the second file as if
/// nothing had happened. Measured on 5.6.24, 9.7.4, MariaDB 10.11 and 11.8.
/// Doubt is no verdict: it takes two looks in a row that contradict what was read, at the same server, with an interval of heartbeats between and no
/// event. A look that fails says nothing: the stream itself finds out whether the server is there.</remarks>
internal sealed class LogProbe : IAsyncDisposable
{
    private readonly MySqlConnectionSettings _settings;
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
    /// <param name="settings">How to reach the server that the stream comes from, and no other one.</param>
    /// <param name="facts">What that server was at the stream's start.</param>
    /// <param name="interval">How long nothing but heartbeats comes before it is asked, and between two looks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures are told.</param>
    public LogProbe(MySqlConnectionSettings settings, ServerFacts facts, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _facts = facts;
        _interval = interval;
        _time = time;
        _logger = logger;
        _quietSince = time.GetTimestamp();
    }

    /// <summary>Called whenever something was read; never waits for the server.</summary>
    /// <param name="progress">How far the stream has been read.</param>
    /// <exception cref="OffsetLostException">The log was reset.</exception>
    public async ValueTask CheckAsync(ReadProgress progress)
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
            await OnHeartbeatAsync(progress).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _end.CancelAsync().ConfigureAwait(false);
        if (_look is { } look)
        {
            _look = null;
            await look.ConfigureAwait(false);
        }

        _end.Dispose();
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
        if (state is null || state.Server != _facts.ServerUuid || state.Contradiction(progress.Executed, progress.Cursor.Coordinates) is not { } contradiction)
        {
            _isSuspicious = false;
            return;
        }

        if (_isSuspicious)
        {
            throw new OffsetLostException($"{DumpErrors.ResetText} Nothing came any more, and the server says of its log that {contradiction}.");
        }

        Log.ResetSuspected(_logger, contradiction);
        _isSuspicious = true;
    }

    private async Task<LogState?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var session = await MySqlSession.ConnectAsync(_settings, _logger, _time, cancellationToken).ConfigureAwait(false);
            await using var disposing = session.ConfigureAwait(false);
            return await LogState.ReadAsync(session, _facts.HasGtids, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is CdcException or FormatException)
        {
            Log.ProbeFailed(_logger, e);
            return null;
        }
    }
}
