namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary><c>mysql_clear_password</c>, which LDAP and PAM accounts need: the password as it is.</summary>
/// <remarks>MySQL manual, "Client-Side Cleartext Pluggable Authentication". Only where it was allowed by name and nobody can read
/// along: otherwise any server could have the password for the asking.</remarks>
internal sealed class ClearPassword : AuthenticationPlugin
{
    /// <summary>Its name in the protocol.</summary>
    public const string PluginName = "mysql_clear_password";

    /// <inheritdoc/>
    public override byte[] Begin(AuthenticationContext context)
    {
        if (!context.AllowCleartext)
        {
            throw context.Refuse(
                $"the server asks for the password in clear text ({PluginName}); set EnableCleartextPlugin=true to allow it under TLS.");
        }

        if (!context.IsSecure)
        {
            throw context.Refuse($"the server asks for the password in clear text ({PluginName}) and the connection has no TLS.");
        }

        return context.PasswordBytesWithEnd();
    }
}
