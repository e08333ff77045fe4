namespace CdcEmbedded.Snapshots;

/// <summary>What became of a command or signal.</summary>
internal enum CommandOutcome
{
    /// <summary>It is stored, and will be carried out.</summary>
    Accepted,

    /// <summary>It was accepted before.</summary>
    Repeated,

    /// <summary>Too many wait.</summary>
    Refused,
}
