namespace CdcEmbedded.MySql;

/// <summary>What happens where the log holds something that cannot be delivered as it should.</summary>
public enum FaultPolicy
{
    /// <summary>The stream ends with an exception that says where and what to do. The default.</summary>
    Fail,

    /// <summary>Reading goes on without it, and a <see cref="Notice"/> says in its place what is missing; it is logged as a warning too.</summary>
    SkipWithNotice,
}
