using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>What a server keeps of a connection.</summary>
internal sealed class ConnectionState(long id)
{
    public long Id { get; } = id;

    public DoubleUser? User { get; set; }

    /// <summary>True for the double's own commands and where no users are set up.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>The subject of the client's certificate, null without one.</summary>
    public string? CertificateSubject { get; init; }

    /// <summary>A login under way.</summary>
    public ScramServer? Scram { get; set; }

    public bool ScramNeedsEmptyExchange { get; set; }

    /// <summary>From the client's metadata.</summary>
    public string? ApplicationName { get; set; }
}
