namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>The BSON types that have no content (null itself is C#'s null).</summary>
public enum DocMarker
{
    /// <summary>The deprecated undefined.</summary>
    Undefined,

    /// <summary>Orders before everything.</summary>
    MinKey,

    /// <summary>Orders after everything.</summary>
    MaxKey,
}
