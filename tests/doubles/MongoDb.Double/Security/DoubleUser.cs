namespace CdcEmbedded.MongoDb.Double.Security;

/// <summary>A user of the double.</summary>
/// <param name="Name">For MONGODB-X509 the certificate's subject.</param>
/// <param name="Password">Empty for MONGODB-X509.</param>
public sealed record DoubleUser(string Name, string Password)
{
    /// <summary>The mechanisms that the user may log in with.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"];

    /// <summary>The database of the user; <c>$external</c> for X509 and PLAIN.</summary>
    public string Database { get; init; } = "admin";

    /// <summary>What the user may do; null for everything.</summary>
    public IReadOnlyList<DoublePrivilege>? Privileges { get; init; }

    /// <summary>How often the password is hashed; at least 4096.</summary>
    public int Iterations { get; init; } = 4096;

    internal bool May(string action, string database, string collection) =>
        Privileges is not { } privileges || privileges.Any(privilege => privilege.Grants(action, database, collection));
}
