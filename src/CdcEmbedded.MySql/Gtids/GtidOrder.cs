namespace CdcEmbedded.MySql.Gtids;

/// <summary>How the transactions processed at one moment compare with those at another.</summary>
internal enum GtidOrder
{
    /// <summary>The two cannot be compared: one of them has no GTIDs, or they are of different kinds of server.</summary>
    Unknown,

    /// <summary>The same transactions.</summary>
    Same,

    /// <summary>The other has all of these, and more.</summary>
    Before,

    /// <summary>These are all of the other's, and more.</summary>
    After,

    /// <summary>Each has transactions that the other has not.</summary>
    Crossed,
}
