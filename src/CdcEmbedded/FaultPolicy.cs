namespace CdcEmbedded;

/// <summary>What to do if the log holds something that cannot be delivered correctly.</summary>
public enum FaultPolicy
{
    /// <summary>The stream ends with an exception that says where this happened and what to do. The default.</summary>
    Fail,

    /// <summary>Reading continues without it. A <see cref="Notice"/> in its place says what is missing, and a warning is logged.</summary>
    Skip,
}
