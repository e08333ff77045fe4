using System.Globalization;
using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Feed;

/// <summary>One transaction of the log. The feed fills it while it reads; it is published, and then never changed, with its first delivered
/// change set, except for <see cref="Complete"/>, which publishes the end through its own volatile write.</summary>
internal sealed class MySqlTransaction : TransactionInfo
{
    private readonly FeedIdentity _identity;
    private MySqlPosition? _end;
    private MySqlChangeSet? _lastSet;

    public MySqlTransaction(FeedIdentity identity, Gtid gtid, bool hasGtid, GtidSnapshot? executedBefore, string file, long beginPosition)
    {
        _identity = identity;
        Gtid = gtid;
        HasGtid = hasGtid;
        ExecutedBefore = executedBefore;
        File = file;
        BeginPosition = beginPosition;
    }

    public Gtid Gtid { get; }

    public bool HasGtid { get; }

    /// <summary>The transactions processed whole before this one; null without GTIDs.</summary>
    public GtidSnapshot? ExecutedBefore { get; }

    public string File { get; }

    /// <summary>Where its first event begins (GTID, or BEGIN where there is none): a valid place to restart.</summary>
    public long BeginPosition { get; }

    public FeedIdentity Identity => _identity;

    /// <summary>Microseconds since 1970 of the commit on the server that is read; 0 where the log does not tell it.</summary>
    public long ImmediateCommit { get; init; }

    /// <summary>Microseconds since 1970 of the commit on the server where it was made first; 0 where the log does not tell it.</summary>
    public long OriginalCommit { get; init; }

    /// <summary>The header's time of the first event, in whole seconds since 1970.</summary>
    public uint HeaderSeconds { get; init; }

    public uint ServerId { get; init; }

    /// <summary>Set at BEGIN; null where none was logged.</summary>
    public uint? ThreadId { get; set; }

    /// <inheritdoc/>
    public override string Id => HasGtid ? Gtid.ToString() : string.Create(CultureInfo.InvariantCulture, $"{File}:{BeginPosition}");

    /// <inheritdoc/>
    public override DateTimeOffset Timestamp => ImmediateCommit > 0
        ? FromMicroseconds(ImmediateCommit)
        : DateTimeOffset.FromUnixTimeSeconds(HeaderSeconds);

    /// <summary>The position after the transaction, if the given change is its last delivered one and its commit has been read.</summary>
    public MySqlPosition? EndIfLast(MySqlChangeSet set, int change)
        => Volatile.Read(ref _end) is { } end && ReferenceEquals(_lastSet, set) && change == set.Count - 1 ? end : null;

    /// <summary>The commit was read.</summary>
    public void Complete(MySqlPosition end, MySqlChangeSet? lastSet)
    {
        _lastSet = lastSet;
        Volatile.Write(ref _end, end);
    }

    /// <summary>Out-of-range times of a damaged log become the ends of the range.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds)
    {
        const long Last = 253_402_300_799_999_999;
        return DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(microseconds, 0, Last) * TimeSpan.TicksPerMicrosecond);
    }
}
