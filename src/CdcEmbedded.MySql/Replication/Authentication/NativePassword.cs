using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary><c>mysql_native_password</c>.</summary>
/// <remarks>MySQL manual, "Native Authentication":
/// <code>answer = SHA1(password) XOR SHA1(scramble followed by SHA1(SHA1(password)))</code></remarks>
internal sealed class NativePassword : AuthenticationPlugin
{
    /// <summary>Its name in the protocol.</summary>
    public const string PluginName = "mysql_native_password";

    /// <summary>What the server keeps of the password: <c>SHA1(SHA1(password))</c>.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "The protocol prescribes SHA-1.")]
    public static byte[] StoredHash(AuthenticationContext context) => SHA1.HashData(SHA1.HashData(context.PasswordBytes()));

    /// <inheritdoc/>
    [SuppressMessage("Security", "CA5350", Justification = "The protocol prescribes SHA-1.")]
    public override byte[] Begin(AuthenticationContext context)
    {
        if (context.HasNoPassword)
        {
            return [];
        }

        var answer = SHA1.HashData(context.PasswordBytes());
        Span<byte> mixed = stackalloc byte[2 * SHA1.HashSizeInBytes];
        context.Scramble.CopyTo(mixed);
        SHA1.HashData(answer, mixed[SHA1.HashSizeInBytes..]);
        Span<byte> mask = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(mixed, mask);
        for (var index = 0; index < answer.Length; index++)
        {
            answer[index] ^= mask[index];
        }

        return answer;
    }
}
