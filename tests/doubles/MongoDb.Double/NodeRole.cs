namespace CdcEmbedded.MongoDb.Double;

/// <summary>What a node says it is.</summary>
public enum NodeRole
{
    /// <summary>Takes writes.</summary>
    Primary,

    /// <summary>Takes reads that allow it.</summary>
    Secondary,

    /// <summary>A router.</summary>
    Mongos,

    /// <summary>A server of its own.</summary>
    Standalone,

    /// <summary>A member that is neither, as while it recovers.</summary>
    Other,
}
