namespace CdcEmbedded;

/// <summary>The server's settings or the user's privileges do not allow reading. Has every finding, not only the first.</summary>
public class ServerMisconfiguredException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">A heading, followed by each finding with the statement that fixes it.</param>
    /// <param name="findings">All findings, including warnings.</param>
    public ServerMisconfiguredException(string message, IReadOnlyList<SourceFinding> findings)
        : base(message) => Findings = findings;

    /// <summary>All findings, including warnings.</summary>
    public IReadOnlyList<SourceFinding> Findings { get; }
}
