namespace CdcEmbedded.MongoDb.Authentication;

/// <summary>The ways to log in that exist here, as servers and connection strings name them.</summary>
internal static class MechanismName
{
    /// <summary>Salted challenge and response over SHA-256.</summary>
    public const string ScramSha256 = "SCRAM-SHA-256";

    /// <summary>Salted challenge and response over SHA-1 and MongoDB's MD5 digest of user and password.</summary>
    public const string ScramSha1 = "SCRAM-SHA-1";

    /// <summary>By the client's certificate.</summary>
    public const string X509 = "MONGODB-X509";

    /// <summary>By password in clear text, for LDAP behind the server; under TLS only.</summary>
    public const string Plain = "PLAIN";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [ScramSha256, ScramSha1, X509, Plain];
}
