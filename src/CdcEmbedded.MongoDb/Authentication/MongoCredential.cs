namespace CdcEmbedded.MongoDb.Authentication;

/// <summary>Who logs in, and how.</summary>
/// <param name="Username">The user; null only for <c>MONGODB-X509</c>, where the certificate tells it.</param>
/// <param name="Password">The password; null where the mechanism takes none.</param>
/// <param name="Source">The database that knows the user.</param>
/// <param name="Mechanism">One of <see cref="MechanismName"/>; null to take the strongest one that the server offers.</param>
internal sealed record MongoCredential(string? Username, string? Password, string Source, string? Mechanism)
{
    /// <summary>User and source, never the password.</summary>
    public override string ToString() => $"{Username ?? "(by certificate)"}@{Source} ({Mechanism ?? "negotiated"})";
}
