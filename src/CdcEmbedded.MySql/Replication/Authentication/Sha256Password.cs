namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary><c>sha256_password</c>: the whole password, in clear where nobody can read along, else under the server's RSA key.</summary>
/// <remarks>MySQL manual, "Sha256_password information"; server source sql-common/client_authentication.cc:
/// <code>client: 0x01 asks for the key;  server: 0x01, PEM;  an empty password is a single 0x00</code></remarks>
internal sealed class Sha256Password : AuthenticationPlugin
{
    /// <summary>Its name in the protocol.</summary>
    public const string PluginName = "sha256_password";

    private const byte KeyRequest = 0x01;

    private bool _keyRequested;

    /// <inheritdoc/>
    public override byte[] Begin(AuthenticationContext context)
    {
        if (context.HasNoPassword || context.IsSecure)
        {
            return context.PasswordBytesWithEnd();
        }

        if (context.PublicKeyFile is { } file)
        {
            return RsaPassword.EncryptWithFile(context, file);
        }

        RsaPassword.CheckRetrievalAllowed(context, PluginName);
        _keyRequested = true;
        return [KeyRequest];
    }

    /// <inheritdoc/>
    public override byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        _keyRequested ? RsaPassword.Encrypt(context, data) : base.Continue(context, data);
}
