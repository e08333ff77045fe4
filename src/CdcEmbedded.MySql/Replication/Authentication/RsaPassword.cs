using System.Security.Cryptography;
using System.Text;

namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary>Encrypts the password under the server's RSA key.</summary>
/// <remarks>MySQL manual, "Caching SHA-2 Pluggable Authentication"; server source sql/auth/sha2_password.cc:
/// <code>RSA-OAEP-SHA1((password, 0x00) XOR scramble repeated)</code></remarks>
internal static class RsaPassword
{
    /// <summary>Encrypts under a key that the server sent.</summary>
    /// <exception cref="CdcProtocolException">It is not a key.</exception>
    public static byte[] Encrypt(AuthenticationContext context, ReadOnlySpan<byte> pem)
    {
        try
        {
            return EncryptUnder(context, Encoding.ASCII.GetString(pem));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new CdcProtocolException(
                $"{context.Peer} sent a public key that cannot be used: {exception.Message}", innerException: exception);
        }
    }

    /// <summary>Encrypts under a key that the user has in a file.</summary>
    /// <exception cref="CdcAuthenticationException">The file cannot be read or is not a key.</exception>
    public static byte[] EncryptWithFile(AuthenticationContext context, string file)
    {
        try
        {
            return EncryptUnder(context, File.ReadAllText(file));
        }
        catch (Exception exception)
            when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new CdcAuthenticationException($"The public key file '{file}' cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Refuses to ask the server for its key unless the user allowed it: whoever sits in between could answer with their own
    /// key and so learn the password.</summary>
    public static void CheckRetrievalAllowed(AuthenticationContext context, string plugin)
    {
        if (!context.AllowPublicKeyRetrieval)
        {
            throw context.Refuse(
                $"{plugin} has to send the whole password and the connection has no TLS. Use TLS (SslMode=VerifyFull, or VerifyCA "
                + "with SslCa), or name the server's key with ServerRsaPublicKeyFile, or trust the network and "
                + "set AllowPublicKeyRetrieval=true.");
        }
    }

    private static byte[] EncryptUnder(AuthenticationContext context, string pem)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        var secret = context.PasswordBytesWithEnd();
        for (var index = 0; index < secret.Length; index++)
        {
            secret[index] ^= context.Scramble[index % context.Scramble.Length];
        }

        return rsa.Encrypt(secret, RSAEncryptionPadding.OaepSHA1);
    }
}
