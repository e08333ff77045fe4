namespace CdcEmbedded.MongoDb;

/// <summary>Which members of a replica set may answer.</summary>
public enum ReadPreferenceMode
{
    /// <summary>The primary only.</summary>
    Primary,

    /// <summary>The primary, and a secondary while there is none.</summary>
    PrimaryPreferred,

    /// <summary>Secondaries only.</summary>
    Secondary,

    /// <summary>A secondary, and the primary where none is suitable.</summary>
    SecondaryPreferred,

    /// <summary>Any member, by its distance alone.</summary>
    Nearest,
}
