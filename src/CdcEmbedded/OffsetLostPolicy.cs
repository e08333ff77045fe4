namespace CdcEmbedded;

/// <summary>What an engine does when the source can no longer read from the stored position.</summary>
public enum OffsetLostPolicy
{
    /// <summary>The stream ends with the <see cref="OffsetLostException"/>, and the stored offset stays.</summary>
    Fail,

    /// <summary>Reading goes on at the oldest position that the source still has. What lies before it is missing; after a reset of the log,
    /// or on another server, changes that were read before may come again.</summary>
    StartFromEarliest,

    /// <summary>Reading goes on with what the source commits from then on. Everything before is missing.</summary>
    StartFromLatest,
}
