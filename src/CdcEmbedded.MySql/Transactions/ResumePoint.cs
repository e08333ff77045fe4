using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>What of an interrupted transaction has been delivered before the restart: that many changes are passed over once more (R16).</summary>
internal sealed class ResumePoint
{
    private readonly OffsetDocument _document;

    private ResumePoint(OffsetDocument document) => _document = document;

    public long Rows => _document.Rows;

    /// <summary>How many of its schema changes were delivered.</summary>
    public int SchemaChanges => _document.SchemaChanges;

    /// <summary>Null where the offset is not inside a transaction.</summary>
    public static ResumePoint? Of(OffsetDocument document) => document.IsInTransaction ? new ResumePoint(document) : null;

    /// <summary>Whether this is the interrupted transaction.</summary>
    public bool Matches(MySqlTransaction transaction) => _document.TransactionGtid is { } gtid
        ? transaction.RestartGtid.HasValue && string.Equals(transaction.RestartGtid.ToString(), gtid, StringComparison.OrdinalIgnoreCase)
        : transaction.RestartFile == _document.File && transaction.RestartPosition == _document.Position;

    /// <summary>All of its delivered changes were passed over: were they the same ones?</summary>
    /// <exception cref="SourceInconsistentException">They were not.</exception>
    public void Verify(MySqlTransaction transaction, ulong check)
    {
        if (check != _document.Check)
        {
            throw new SourceInconsistentException($"Transaction {transaction.Id} now holds other changes among its first {Rows} than when they were "
                + "delivered, so the place to go on in it cannot be found. Was Include, Exclude or KeyChange altered while the offset stood inside "
                + "a transaction? Run once more with the old options until a transaction ends.");
        }
    }

    /// <summary>The transaction ended before all of them were passed over.</summary>
    public SourceInconsistentException Missing(MySqlTransaction transaction, long found) => new(
        $"Transaction {transaction.Id} now holds {found} captured changes, but {Rows} of it had been delivered before the restart. Was Include, "
        + "Exclude or KeyChange altered while the offset stood inside a transaction? Run once more with the old options until it ends.");
}
