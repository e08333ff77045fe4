namespace CdcEmbedded;

/// <summary>The server's settings or the user's privileges do not allow what was asked. Holds every finding, not just the first.</summary>
public class ServerMisconfiguredException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">A heading, followed by each finding with the statement that mends it.</param>
    /// <param name="findings">All findings, warnings included.</param>
    public ServerMisconfiguredException(string message, IReadOnlyList<SourceFinding> findings)
        : base(message) => Findings = findings;

    /// <summary>All findings, warnings included.</summary>
    public IReadOnlyList<SourceFinding> Findings { get; }
}
