namespace CdcEmbedded.MySql;

/// <summary>What happens to a transaction that is larger than <see cref="MySqlSourceOptions.TransactionBufferBytes"/>.</summary>
public enum LargeTransactionMode
{
    /// <summary>Its changes are written to a temporary file and read back at its commit, so that only committed changes are
    /// delivered. The default.</summary>
    Spill,

    /// <summary>Its changes are delivered before its commit is read and are <see cref="ChangeEvent.IsProvisional"/>. If the transaction is
    /// rolled back after that, the stream ends with a <see cref="SourceInconsistentException"/>. XA transactions that wait for their
    /// outcome are spilled even so.</summary>
    DeliverProvisionally,
}
