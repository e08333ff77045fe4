namespace CdcEmbedded.Offsets;

/// <summary>A stream as its offsets see it.</summary>
internal interface IOffsetOrigin
{
    /// <summary>Which notes of the source belong to its offsets, as JSON; null for none.</summary>
    string? Notes { get; }

    /// <summary>Stores the offset after a batch in a transaction of the application.</summary>
    /// <param name="batch">A batch of this stream.</param>
    /// <param name="transaction">The store, as it is inside the transaction.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask SaveAsync(ChangeBatch batch, IOffsetStore transaction, CancellationToken cancellationToken);

    /// <summary>Stores the offset after an item in a transaction of the application.</summary>
    /// <param name="item">An item of this stream.</param>
    /// <param name="transaction">The store, as it is inside the transaction.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask SaveAsync(StreamItem item, IOffsetStore transaction, CancellationToken cancellationToken);

    /// <summary>The transaction with the offset after a batch is committed. Nothing depends on this call: without it, the next write finds
    /// out.</summary>
    /// <param name="batch">A batch of this stream.</param>
    void OnCommitted(ChangeBatch batch);
}
