namespace CdcEmbedded;

/// <summary>A request for a snapshot was not accepted, because too many wait: request it again later.</summary>
/// <remarks>Nothing of the request was stored, and none that was accepted before is lost.</remarks>
public sealed class SnapshotRefusedException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="snapshot">The id of the request.</param>
    /// <param name="reason">Why it was refused, and what helps.</param>
    public SnapshotRefusedException(string snapshot, string reason)
        : base($"The snapshot request '{snapshot}' was refused: {reason}")
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Snapshot = snapshot;
    }

    /// <summary>The id of the request.</summary>
    public string Snapshot { get; }
}
