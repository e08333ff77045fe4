namespace CdcEmbedded.Offsets;

/// <summary>How many changes of one open transaction have been delivered at a position of the stream. An offset includes it, so that orders
/// and counts continue after a restart. Immutable.</summary>
/// <param name="Id">The transaction's <see cref="TransactionInfo.Id"/>.</param>
/// <param name="Total">The delivered changes.</param>
/// <param name="Tables">The same for each table, in the order of their first changes; never changed.</param>
internal sealed record TransactionCounters(string Id, long Total, TableCount[] Tables)
{
    /// <summary>No transaction is open.</summary>
    public static readonly TransactionCounters[] None = [];
}
