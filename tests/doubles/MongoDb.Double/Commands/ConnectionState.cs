using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>What a server keeps of a connection.</summary>
internal sealed class ConnectionState(long id)
{
    public long Id { get; } = id;

    /// <summary>The user who is logged in, null for none.</summary>
    public DoubleUser? User { get; private set; }

    /// <summary>The deployment's login epoch at the login; a later epoch asks for a new login.</summary>
    public long LoginEpoch { get; private set; }

    /// <summary>True for the double's own commands.</summary>
    public bool IsInternal { get; init; }

    /// <summary>True for the double's own commands and where no users are set up.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>The subject of the client's certificate, null without one.</summary>
    public string? CertificateSubject { get; init; }

    /// <summary>A login under way.</summary>
    public ScramServer? Scram { get; set; }

    public bool ScramNeedsEmptyExchange { get; set; }

    /// <summary>From the client's metadata.</summary>
    public string? ApplicationName { get; set; }

    public void LogIn(DoubleUser user, long epoch) => (User, LoginEpoch) = (user, epoch);

    public void LogOut() => User = null;
}
