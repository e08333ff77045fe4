using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>A prepared XA transaction that was too large to be held, and whose outcome is a commit: its rows are read from the log once more and
/// delivered as they come (R20, R21).</summary>
/// <param name="Xa">Where the log has its rows.</param>
/// <param name="Outcome">The transaction that commits it.</param>
/// <param name="End">The position behind that.</param>
/// <param name="Resume">What was delivered before a restart; null for nothing.</param>
internal sealed record CommittedXa(PendingXa Xa, MySqlTransaction Outcome, BinlogPosition End, ResumePoint? Resume)
{
    /// <summary>From where on to read.</summary>
    public BinlogPosition Start { get; } = new()
    {
        Executed = Xa.Gtid.HasValue || Outcome.ExecutedBefore.Position is not null ? Outcome.ExecutedBefore : default,
        Coordinates = Xa.Begin,
        Pending = [Xa],
    };
}
