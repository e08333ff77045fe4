namespace CdcEmbedded.MySql;

/// <summary>What to do with an XA transaction between its XA PREPARE and its outcome, which may follow days later and
/// in another file.</summary>
public enum XaMode
{
    /// <summary>Its changes are held back until XA COMMIT, and delivered there; XA ROLLBACK drops them. Offsets remember the transactions
    /// that are open, and a restart reads them again: the log must be kept as long as the oldest of them is open. The default.</summary>
    Buffer,

    /// <summary>The stream ends with a <see cref="SourceInconsistentException"/> at the XA PREPARE of a transaction
    /// with captured changes.</summary>
    Fail,

    /// <summary>Its changes are delivered at XA PREPARE, as Debezium does, and are <see cref="ChangeEvent.IsProvisional"/>: a rollback that
    /// follows is not seen.</summary>
    DeliverAtPrepare,
}
