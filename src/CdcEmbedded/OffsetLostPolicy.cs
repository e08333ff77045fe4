namespace CdcEmbedded;

/// <summary>What an engine does if the source can no longer read from the stored position.</summary>
public enum OffsetLostPolicy
{
    /// <summary>The stream ends with the <see cref="OffsetLostException"/>, and the stored offset remains.</summary>
    Fail,

    /// <summary>Reading resumes at the oldest position that the source still has. Changes before it are missing; after a reset of the log,
    /// or on another server, changes that were read before may be delivered again.</summary>
    StartFromEarliest,

    /// <summary>Reading resumes with what the source commits from then on. Everything before is missing.</summary>
    StartFromLatest,

    /// <summary>Reading resumes with what the source commits from then on, and beside it the tables are read again in chunks, those that
    /// <see cref="SnapshotOptions.Tables"/> names or all that are captured. The copy has the newest rows then, but rows that were deleted
    /// meanwhile are not reported as deleted. It needs a source that can read tables.</summary>
    Resnapshot,
}
