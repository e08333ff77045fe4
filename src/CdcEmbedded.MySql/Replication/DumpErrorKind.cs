namespace CdcEmbedded.MySql.Replication;

/// <summary>What an error 1236 means for the reader.</summary>
internal enum DumpErrorKind
{
    /// <summary>What the server says is all that is known.</summary>
    Other,

    /// <summary>The log from the position on was deleted.</summary>
    Purged,

    /// <summary>The log was deleted while it was read.</summary>
    Reset,

    /// <summary>The position is not in this server's log.</summary>
    Ahead,

    /// <summary>Another reader has the same server id.</summary>
    SameServerId,

    /// <summary>The server cannot read its own log.</summary>
    Damaged,

    /// <summary>An event is larger than the server may send.</summary>
    TooLarge,

    /// <summary>The server lacks memory or its disk does not answer; later it may.</summary>
    Passing,
}
