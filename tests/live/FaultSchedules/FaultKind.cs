namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>What a fault schedule does to a reader, its network or its server.</summary>
public enum FaultKind
{
    /// <summary>SIGKILL of the reader; another one starts.</summary>
    KillReader,

    /// <summary>A regular end of the reader; another one starts.</summary>
    StopReader,

    /// <summary>The reader is frozen for a while.</summary>
    FreezeReader,

    /// <summary>A second reader of the same name runs beside the first for a while.</summary>
    OverlapReaders,

    /// <summary>A second reader starts while the first is frozen; then both run.</summary>
    OverlapFrozenReader,

    /// <summary>SIGKILL of the server, which starts again.</summary>
    KillServer,

    /// <summary>A regular restart of the server.</summary>
    RestartServer,

    /// <summary>The server is frozen for a while.</summary>
    FreezeServer,

    /// <summary>All connections end.</summary>
    CutConnections,

    /// <summary>The connection ends after a number of bytes.</summary>
    CutInsideEvent,

    /// <summary>Nothing can connect for a while, and existing connections end.</summary>
    RefuseConnections,

    /// <summary>Nothing arrives any more, but no connection ends.</summary>
    LoseConnections,

    /// <summary>Few bytes arrive at a time.</summary>
    SlowNetwork,

    /// <summary>The server ends the readers' connections.</summary>
    KillConnections,
}
