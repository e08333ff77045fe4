namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Which logins are refused before anything is sent.</summary>
internal static class LoginRules
{
    /// <summary>Refuses mechanisms that show a secret to everybody, or prove nothing, without TLS. The driver would send them.</summary>
    /// <exception cref="ArgumentException">The mechanism needs TLS.</exception>
    public static void Check(string? mechanism, bool hasTls)
    {
        if (!hasTls && mechanism?.ToUpperInvariant() is "PLAIN" or "MONGODB-X509" or "MONGODB-OIDC")
        {
            throw new ArgumentException(
                $"The login mechanism {mechanism} needs TLS: without it the password or token can be read by others, or there is no "
                    + "certificate to show. "
                + "Add tls=true.");
        }
    }
}
