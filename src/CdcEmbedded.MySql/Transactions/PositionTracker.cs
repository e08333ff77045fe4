using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The position between two transactions, as reading moves it: which transactions were processed, and from where on a restart
/// reads. One caller.</summary>
internal sealed class PositionTracker
{
    private readonly string? _server;
    private readonly LogCursor _cursor;
    private readonly PreparedTransactions _prepared;
    private readonly RepeatedReading? _repeated;
    private readonly BinlogCoordinates? _start;
    private TransactionProgress? _interrupted;
    private ExecutedHistory? _executed;
    private ExecutedHistory? _previous;

    /// <summary>Creates the tracker.</summary>
    /// <param name="start">Where reading begins.</param>
    /// <param name="server">The server's identity.</param>
    /// <param name="cursor">The reader's coordinates.</param>
    /// <param name="prepared">The XA transactions that wait for their outcome.</param>
    public PositionTracker(BinlogPosition start, string? server, LogCursor cursor, PreparedTransactions prepared)
    {
        _server = server;
        _cursor = cursor;
        _prepared = prepared;
        _repeated = RepeatedReading.Of(start);
        _executed = ExecutedHistory.Of(start.Executed);
        _start = start.Coordinates;
        _interrupted = start.Progress;
    }

    /// <summary>The transactions processed so far; the default value where they are not known.</summary>
    public ExecutedGtids Executed => _executed?.Current ?? default;

    /// <summary>True if nothing but stored offsets came since the last position that was reported.</summary>
    public bool IsAfterOffsetsOnly { get; set; }

    /// <summary>The position after the last transaction. A new object at each call.</summary>
    /// <remarks>Heartbeats, new files and other transactions may come before the interrupted one is read again: until then, every
    /// position says how much of it was delivered, and begins where it does.</remarks>
    public BinlogPosition Current => new()
    {
        Server = _server,
        Executed = Executed,
        Coordinates = _interrupted is not null && _start is { } start ? start
            : _repeated?.Clamp(_cursor.Coordinates) ?? _cursor.Coordinates,
        Progress = _interrupted,
        Xa = _prepared.History,
        IsAfterOffsetsOnly = IsAfterOffsetsOnly,
    };

    /// <summary>The transactions of all files before the current one, as the file says.</summary>
    public void SetPrevious(ExecutedHistory previous) => _previous = previous;

    /// <summary>A transaction begins.</summary>
    /// <param name="gtid">Its GTID; none without GTIDs.</param>
    /// <param name="begin">Where its first event begins.</param>
    /// <returns>If it was read before a restart.</returns>
    public Repetition Begin(TransactionGtid gtid, BinlogCoordinates begin)
    {
        if (gtid.HasValue)
        {
            // The start named no GTIDs: those of the files before this one are the start.
            _executed ??= _previous;
        }

        if (_interrupted is { } progress && (progress.Gtid.HasValue ? progress.Gtid == gtid : begin == _start))
        {
            _interrupted = null;
        }

        return _repeated?.Judge(gtid, begin) ?? Repetition.None;
    }

    /// <summary>A transaction was processed.</summary>
    public void Append(TransactionGtid gtid) => _executed?.Append(gtid);
}
