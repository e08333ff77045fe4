namespace CdcEmbedded.MySql.Transactions;

/// <summary>What an <see cref="EventDispatcher"/> needs before it reads the next event.</summary>
internal enum DispatchStep
{
    /// <summary>Nothing: the next event may be read.</summary>
    Next,

    /// <summary>More bytes: no whole event is in memory.</summary>
    NeedsBytes,

    /// <summary>The columns of a captured table whose table map was read: <see cref="Schemas.ISchemaTracker.ResolveAsync"/>.</summary>
    NeedsTable,

    /// <summary>Memory: held changes must be spilled by <see cref="TransactionBuffer.SpillAsync"/>.</summary>
    NeedsSpill,

    /// <summary>The delivery of a committed transaction that was spilled: <see cref="TransactionBuffer.TakeDelivery"/>.</summary>
    NeedsDelivery,

    /// <summary>Nothing any more: the feed's end was reached.</summary>
    AtEnd,
}
