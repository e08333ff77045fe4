using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>One transaction of the log. The feed fills it while it reads; it is published, and then never changed, with its first
/// delivered change set.</summary>
internal sealed class MySqlTransaction : TransactionInfo
{
    private readonly FeedIdentity _identity;

    public MySqlTransaction(FeedIdentity identity, TransactionGtid gtid, ExecutedGtids executedBefore, BinlogCoordinates begin,
        PreparedTransactions prepared)
    {
        _identity = identity;
        Gtid = gtid;
        ExecutedBefore = executedBefore;
        Begin = begin;
        RestartGtid = gtid;
        RestartCoordinates = begin;
        Xa = prepared.History;
    }

    public TransactionGtid Gtid { get; }

    public bool HasGtid => Gtid.HasValue;

    /// <summary>Where its first event begins: GTID, or BEGIN where there is none.</summary>
    public BinlogCoordinates Begin { get; }

    public string File => Begin.File;

    /// <summary>The transactions processed whole before the place at which a restart inside this one begins.</summary>
    public ExecutedGtids ExecutedBefore { get; private set; }

    /// <summary>The transaction at which a restart inside this one begins: itself or, for a prepared XA transaction,
    /// its XA COMMIT.</summary>
    public TransactionGtid RestartGtid { get; private set; }

    /// <summary>Where that one begins.</summary>
    public BinlogCoordinates RestartCoordinates { get; private set; }

    /// <summary>The XA transactions that are open at that place, and those whose outcome may be logged again.</summary>
    public XaHistory Xa { get; private set; }

    /// <summary>The XA transaction's name; null for others.</summary>
    public string? Xid { get; set; }

    public FeedIdentity Identity => _identity;

    /// <summary>Time of the commit on the server that is read, in microseconds since 1970; 0 if the log does not give it.</summary>
    public long ImmediateCommit { get; set; }

    /// <summary>Time of the commit on the server where it originated, in microseconds since 1970; 0 if the log does not give it.</summary>
    public long OriginalCommit { get; set; }

    /// <summary>The header's time of the first event, in whole seconds since 1970.</summary>
    public uint HeaderSeconds { get; set; }

    public uint ServerId { get; init; }

    /// <summary>Set at BEGIN; null where none was logged.</summary>
    public uint? ThreadId { get; set; }

    /// <inheritdoc/>
    public override string Id => HasGtid ? Gtid.ToString() : Begin.ToString();

    /// <inheritdoc/>
    public override DateTimeOffset Timestamp => ImmediateCommit > 0
        ? FromMicroseconds(ImmediateCommit)
        : DateTimeOffset.FromUnixTimeSeconds(HeaderSeconds);

    /// <summary>The prepared transaction is committed by another one of the log: there a restart inside it begins, and its time is that
    /// one's. Only before it is published.</summary>
    public void CommitBy(MySqlTransaction outcome)
    {
        ExecutedBefore = outcome.ExecutedBefore;
        RestartGtid = outcome.RestartGtid;
        RestartCoordinates = outcome.RestartCoordinates;
        Xa = outcome.Xa;
        ImmediateCommit = outcome.ImmediateCommit;
        OriginalCommit = outcome.OriginalCommit;
        HeaderSeconds = outcome.HeaderSeconds;
    }

    /// <summary>The position before its first change.</summary>
    public BinlogPosition PositionBefore() => PositionAfter(null);

    /// <summary>The position before its first change, with other XA transactions to read again.</summary>
    public BinlogPosition PositionBefore(XaHistory xa) => new()
    {
        Server = _identity.ServerUuid,
        Executed = ExecutedBefore,
        Coordinates = RestartCoordinates,
        Xa = xa,
    };

    /// <summary>The position after a number of its changes and schema changes.</summary>
    public BinlogPosition PositionAfter(long rows, ulong check, int schemaChanges = 0)
        => PositionAfter(rows == 0 && schemaChanges == 0 ? null : new TransactionProgress(RestartGtid, rows, schemaChanges, check));

    private BinlogPosition PositionAfter(TransactionProgress? progress) => new()
    {
        Server = _identity.ServerUuid,
        Executed = ExecutedBefore,
        Coordinates = RestartCoordinates,
        Xa = Xa,
        Progress = progress,
    };

    /// <summary>Out-of-range times of a damaged log become the ends of the range.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds)
    {
        const long Last = 253_402_300_799_999_999;
        return DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(microseconds, 0, Last) * TimeSpan.TicksPerMicrosecond);
    }
}
