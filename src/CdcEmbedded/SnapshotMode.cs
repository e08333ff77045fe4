namespace CdcEmbedded;

/// <summary>When an engine reads the tables themselves, besides their changes.</summary>
public enum SnapshotMode : byte
{
    /// <summary>Only when it is requested: <see cref="CdcEngine.Snapshots"/>.</summary>
    Never,

    /// <summary>At the first start, while no offset is stored: the tables in one consistent view, then the changes from that very
    /// point.</summary>
    Initial,

    /// <summary>Like <see cref="Initial"/>, but the stream ends when the tables have been read.</summary>
    InitialOnly,

    /// <summary>Like <see cref="Initial"/>, and again whenever the position is lost, instead of what
    /// <see cref="CdcEngineOptions.OnOffsetLost"/> says.</summary>
    WhenNeeded,

    /// <summary>At each start: the first one like <see cref="Initial"/>, every other one in chunks beside the stream, which resumes where
    /// it was.</summary>
    Always,

    /// <summary>At the first start, in chunks beside the stream from its first moment: no lock and no long transaction.</summary>
    Incremental,
}
