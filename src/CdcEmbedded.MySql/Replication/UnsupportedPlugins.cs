namespace CdcEmbedded.MySql.Replication;

/// <summary>What to do about an account whose authentication plugin replication sessions do not have.</summary>
internal static class UnsupportedPlugins
{
    private const string MariaDbRemedy = "Create an account for the source with mysql_native_password (CREATE USER … IDENTIFIED BY …), and "
        + "TLS to protect it";

    /// <summary>The end of a sentence that begins with the user and the server.</summary>
    /// <param name="plugin">The plugin's name as the server sent it.</param>
    public static string Explain(string plugin) => plugin switch
    {
        "client_ed25519" or "parsec" => $"the account uses MariaDB's authentication plugin '{plugin}'. Replication sessions cannot log in "
            + $"by it: .NET has no Ed25519 signatures, and the package by which MySqlConnector adds them opens them to SQL connections "
            + $"only. {MariaDbRemedy}.",
        "auth_gssapi_client" or "authentication_kerberos_client" => $"the account uses Kerberos ('{plugin}'), which replication sessions "
            + "do not have. Use an account with a password.",
        "dialog" => $"the account asks questions (PAM, '{plugin}'), which replication sessions cannot answer. Set pam_use_cleartext_plugin "
            + "on the server, or use an account with a password of its own.",
        _ => $"the account uses the authentication plugin '{Printable(plugin)}', which is not supported. Use caching_sha2_password or "
            + "mysql_native_password.",
    };

    private static string Printable(string name)
    {
        var cut = name.Length > 64 ? name[..64] : name;
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (var index = 0; index < source.Length; index++)
            {
                target[index] = char.IsControl(source[index]) ? '?' : source[index];
            }
        });
    }
}
