using System.Security.Cryptography;

namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary><c>caching_sha2_password</c>, the default of MySQL 8.0 and later.</summary>
/// <remarks>
/// MySQL manual, "Caching_sha2_password information"; server source sql/auth/sha2_password.cc:
/// <code>
/// answer = SHA256(password) XOR SHA256(SHA256(SHA256(password)) followed by scramble)
/// server: 0x01 0x03  the answer is right as far as its cache knows, OK follows
///         0x01 0x04  not in its cache: send the whole password: in clear where nobody can read along, else under its RSA key
/// client: 0x02       asks for that key;  server: 0x01, PEM
/// </code>
/// </remarks>
internal sealed class CachingSha2Password : AuthenticationPlugin
{
    /// <summary>Its name in the protocol.</summary>
    public const string PluginName = "caching_sha2_password";

    private const byte FastSuccess = 0x03;
    private const byte FullNeeded = 0x04;
    private const byte KeyRequest = 0x02;

    private bool _keyRequested;

    /// <inheritdoc/>
    public override byte[] Begin(AuthenticationContext context)
    {
        if (context.HasNoPassword)
        {
            return [];
        }

        const int Size = SHA256.HashSizeInBytes;
        var answer = SHA256.HashData(context.PasswordBytes());
        var mixed = new byte[Size + context.Scramble.Length];
        SHA256.HashData(answer, mixed);
        context.Scramble.CopyTo(mixed, Size);
        Span<byte> mask = stackalloc byte[Size];
        SHA256.HashData(mixed, mask);
        for (var index = 0; index < Size; index++)
        {
            answer[index] ^= mask[index];
        }

        return answer;
    }

    /// <inheritdoc/>
    public override byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data)
    {
        if (_keyRequested)
        {
            return RsaPassword.Encrypt(context, data);
        }

        return data switch
        {
            [FastSuccess] => null,
            [FullNeeded] => SendPassword(context),
            _ => base.Continue(context, data),
        };
    }

    private byte[] SendPassword(AuthenticationContext context)
    {
        if (context.IsSecure)
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
}
