using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Delivers a committed transaction of which a part is in the spill file, batch by batch. One caller.</summary>
/// <param name="open">The transaction; no other one begins before the delivery is complete.</param>
/// <param name="spilled">What is in the file.</param>
/// <param name="reader">Reads it.</param>
/// <param name="end">The position after the transaction.</param>
internal sealed class SpilledDelivery(OpenTransaction open, SpilledChanges spilled, SpilledReader reader, BinlogPosition end)
{
    /// <summary>Number of bytes in the file, for the log.</summary>
    public long Length => spilled.Length;

    /// <summary>The transaction.</summary>
    public MySqlTransaction Transaction => open.Transaction;

    /// <summary>Delivers entries until the output is full or the transaction is complete.</summary>
    /// <returns>True when it is complete; its space is free then.</returns>
    /// <exception cref="TransactionSpillException">The file cannot be read.</exception>
    /// <exception cref="SourceInconsistentException">The changes delivered before a restart were others.</exception>
    public async ValueTask<bool> DeliverAsync(CommittedOutput output, CancellationToken cancellationToken)
    {
        do
        {
            var entry = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (entry.HasValue)
            {
                open.Deliver(entry, output);
            }

            // In the batch of the last change, whose offset is then the end of the transaction.
            if (reader.IsAtEnd)
            {
                foreach (var held in open.Changes.Held)
                {
                    open.Deliver(held, output);
                }

                open.End(output, end);
                return true;
            }
        }
        while (!output.IsFull);
        return false;
    }
}
