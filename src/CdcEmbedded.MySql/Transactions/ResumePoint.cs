using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>What was delivered of an interrupted transaction before the restart: that many of its changes are skipped (R16).</summary>
internal sealed class ResumePoint
{
    private readonly TransactionProgress _progress;
    private readonly BinlogCoordinates? _begin;

    private ResumePoint(TransactionProgress progress, BinlogCoordinates? begin) => (_progress, _begin) = (progress, begin);

    /// <summary>How many of its changes were delivered.</summary>
    public long Rows => _progress.Rows;

    /// <summary>How many of its schema changes were delivered.</summary>
    public int SchemaChanges => _progress.SchemaChanges;

    /// <summary>Null where the position is not inside a transaction.</summary>
    public static ResumePoint? Of(BinlogPosition position)
        => position.Progress is { } progress ? new ResumePoint(progress, position.Coordinates) : null;

    /// <summary>True if this is the interrupted transaction.</summary>
    public bool Matches(MySqlTransaction transaction) => _progress.Gtid.HasValue
        ? transaction.RestartGtid == _progress.Gtid
        : transaction.RestartCoordinates == _begin;

    /// <summary>All of its delivered changes were skipped: they must be the same ones.</summary>
    /// <exception cref="SourceInconsistentException">They were not.</exception>
    public void Verify(MySqlTransaction transaction, ulong check)
    {
        if (check != _progress.Check)
        {
            throw new SourceInconsistentException($"Transaction {transaction.Id} now holds other changes among its first {Rows} than when "
                + "they were delivered, so the place to resume from cannot be found. Was Include, "
                + "Exclude, KeyChange or IncludeRowHistory changed while the "
                + "offset was inside a transaction? Run again with the old options until the transaction ends.");
        }
    }

    /// <summary>The transaction ended before all of them were skipped.</summary>
    public SourceInconsistentException Missing(MySqlTransaction transaction, long found) => new(
        $"Transaction {transaction.Id} now holds {found} captured changes, but {Rows} of it had been delivered before the restart. Was "
            + "Include, Exclude, KeyChange or IncludeRowHistory changed while the offset was inside a "
                + "transaction? Run again with the old options until "
            + "it ends.");
}
