using System.Security.Cryptography;
using System.Text;
using CdcEmbedded.MySql.Replication.Authentication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Replication;

/// <summary>How a MariaDB server proves a certificate that nobody signed: by a hash over it that needs the account's password
/// hash to compute.</summary>
/// <remarks>
/// MariaDB 11.4 and later make such certificates for themselves. MariaDB manual, "Zero-configuration TLS"; server source sql/sql_acl.cc.
/// The OK packet of the login:
/// <code>
/// 0x00, affected rows, insert id, status[2], warnings[2], 65 bytes of text (length-encoded): 0x01, hexadecimal
/// SHA256(SHA1(SHA1(password)), scramble of the greeting[20], SHA256(certificate))
/// </code>
/// MySqlConnector's SQL connections accept the same proof. Somebody in between learns no more than an answer of
/// <c>mysql_native_password</c>; other methods are refused before anything is sent by them.
/// </remarks>
internal sealed class CertificateProof
{
    private const int TextLength = 1 + (2 * SHA256.HashSizeInBytes);

    private readonly CdcConnectionException _refusal;
    private readonly byte[] _fingerprint;
    private readonly byte[] _scramble;

    /// <summary>Creates the check of one login.</summary>
    /// <param name="refusal">The exception for a server that does not prove its certificate.</param>
    /// <param name="fingerprint">SHA-256 over the certificate.</param>
    /// <param name="scramble">The random bytes of the greeting.</param>
    public CertificateProof(CdcConnectionException refusal, byte[] fingerprint, byte[] scramble)
    {
        _refusal = refusal;
        _fingerprint = fingerprint;
        _scramble = scramble;
    }

    /// <summary>True if a certificate that does not verify may be proven: not where an authority was named, and not
    /// without a password.</summary>
    public static bool IsPossible(Greeting greeting, SessionSettings settings) => greeting.Version.IsMariaDb
        && settings is { SslMode: MySqlSslMode.VerifyFull or MySqlSslMode.VerifyCA, Tls.CaFile: null, Password.Length: > 0 };

    /// <summary>Refuses methods that could reveal more to somebody in between, or that the proof is not defined for.</summary>
    public void CheckPlugin(AuthenticationPlugin plugin)
    {
        if (plugin is not NativePassword)
        {
            throw _refusal;
        }
    }

    /// <summary>Refuses a server whose OK has no proof, or a wrong one.</summary>
    public void Check(ReadOnlySpan<byte> ok, AuthenticationContext context)
    {
        var reader = new PayloadReader(ok, "OK packet");
        reader.Skip(1);
        reader.ReadLength();
        reader.ReadLength();
        reader.Skip(4);
        var text = reader.Remaining > 0 ? reader.ReadLengthEncodedBytes() : [];
        byte[] proven = [.. NativePassword.StoredHash(context), .. _scramble, .. _fingerprint];
        Span<byte> expected = stackalloc byte[TextLength];
        expected[0] = 1;
        Encoding.ASCII.GetBytes(Convert.ToHexString(SHA256.HashData(proven)), expected[1..]);
        if (text.Length != TextLength || !CryptographicOperations.FixedTimeEquals(expected,
            Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(text).ToUpperInvariant())))
        {
            throw _refusal;
        }
    }
}
