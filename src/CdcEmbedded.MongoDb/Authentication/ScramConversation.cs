using System.Security.Cryptography;
using System.Text;

namespace CdcEmbedded.MongoDb.Authentication;

/// <summary>The client's half of SCRAM (RFC 5802, RFC 7677): what to send, and whether the server knows the password as well.</summary>
/// <remarks>
/// <code>
/// client  n,,n=user,r=nonce
/// server  r=nonce+more,s=salt,i=iterations
/// client  c=biws,r=nonce+more,p=proof
/// server  v=signature
/// </code>
/// Bytes in, bytes out: the commands around them are <see cref="ScramLogin"/>'s part. One conversation, one flow.
/// </remarks>
internal sealed class ScramConversation
{
    // RFC 7677 section 4; a server that asks for less may want to make the password easy to guess.
    private const int FewestIterations = 4096;

    // Each iteration costs time: a hostile server must not be able to ask for hours of it.
    private const int MostIterations = 10_000_000;

    private readonly HashAlgorithmName _hash;
    private readonly byte[] _password;
    private readonly string _clientFirstBare;
    private readonly string _nonce;
    private byte[]? _serverSignature;

    /// <summary>Starts a conversation.</summary>
    /// <param name="credential">User and password.</param>
    /// <param name="mechanism"><see cref="MechanismName.ScramSha256"/> or <see cref="MechanismName.ScramSha1"/>.</param>
    /// <param name="nonce">Printable text without a comma that was never used before; random outside of tests.</param>
    /// <exception cref="CdcAuthenticationException">There is no password, or it cannot be prepared.</exception>
    public ScramConversation(MongoCredential credential, string mechanism, string nonce)
    {
        var user = credential.Username ?? "";
        var password = credential.Password
            ?? throw new CdcAuthenticationException($"User '{user}' has no password, and {mechanism} takes one.");
        Mechanism = mechanism;
        if (mechanism == MechanismName.ScramSha1)
        {
            _hash = HashAlgorithmName.SHA1;
            _password = Encoding.ASCII.GetBytes(MongoDigest(user, password));
        }
        else
        {
            _hash = HashAlgorithmName.SHA256;
            _password = Encoding.UTF8.GetBytes(SaslPrep.Prepare(password));
        }

        _nonce = nonce;
        var escaped = user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
        _clientFirstBare = $"n={escaped},r={nonce}";
    }

    /// <summary>The mechanism's name.</summary>
    public string Mechanism { get; }

    /// <summary>Whether the server has proved that it knows the password.</summary>
    public bool IsServerVerified { get; private set; }

    /// <summary>A nonce of 24 random bytes.</summary>
    public static string RandomNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    /// <summary>The first message. No channel binding: MongoDB has none.</summary>
    public byte[] ClientFirst() => Encoding.UTF8.GetBytes("n,," + _clientFirstBare);

    /// <summary>Answers the server's first message with the proof.</summary>
    /// <exception cref="CdcAuthenticationException">The message is damaged, or asks for less than RFC 7677 allows.</exception>
    public byte[] ClientFinal(ReadOnlySpan<byte> serverFirst)
    {
        var message = Encoding.UTF8.GetString(serverFirst);
        var nonce = Attribute(message, 'r');
        var iterations = int.TryParse(Attribute(message, 'i'), out var count) ? count : 0;
        if (!nonce.StartsWith(_nonce, StringComparison.Ordinal) || nonce.Length == _nonce.Length)
        {
            throw Broken("its nonce does not continue the client's");
        }

        if (iterations is < FewestIterations or > MostIterations)
        {
            throw Broken($"it asks for {iterations} iterations, and {FewestIterations} to {MostIterations} are accepted");
        }

        var withoutProof = $"c=biws,r={nonce}";
        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{message},{withoutProof}");
        var length = _hash == HashAlgorithmName.SHA1 ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes;
        var salted = Rfc2898DeriveBytes.Pbkdf2(_password, Base64(Attribute(message, 's')), iterations, _hash, length);
        var clientKey = CryptographicOperations.HmacData(_hash, salted, "Client Key"u8);
        var signature = CryptographicOperations.HmacData(_hash, CryptographicOperations.HashData(_hash, clientKey), authMessage);
        for (var i = 0; i < clientKey.Length; i++)
        {
            clientKey[i] ^= signature[i];
        }

        _serverSignature = CryptographicOperations.HmacData(
            _hash, CryptographicOperations.HmacData(_hash, salted, "Server Key"u8), authMessage);
        CryptographicOperations.ZeroMemory(salted);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(clientKey)}");
    }

    /// <summary>Checks the server's signature.</summary>
    /// <exception cref="CdcAuthenticationException">It is wrong: the server does not know the password and is not who it should
    /// be.</exception>
    public void VerifyServer(ReadOnlySpan<byte> serverFinal)
    {
        var message = Encoding.UTF8.GetString(serverFinal);
        var expected = _serverSignature ?? throw Broken("it answers before the client has proved itself");
        if (!CryptographicOperations.FixedTimeEquals(Base64(Attribute(message, 'v')), expected))
        {
            throw Broken("its signature is wrong: it does not know the password, so it is not the server that it should be");
        }

        IsServerVerified = true;
    }

    // The password that users of SCRAM-SHA-1 are stored with, a heritage of MONGODB-CR.
    private static string MongoDigest(string user, string password)
    {
#pragma warning disable CA5351 // MD5 is what the server has stored; the protocol leaves no choice.
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{user}:mongo:{password}")));
#pragma warning restore CA5351
    }

    private string Attribute(string message, char name)
    {
        foreach (var part in message.Split(','))
        {
            if (part.Length > 2 && part[0] == name && part[1] == '=')
            {
                return part[2..];
            }
        }

        throw Broken($"attribute '{name}' is missing from its message");
    }

    private byte[] Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : throw Broken("an attribute is not base64");
    }

    private CdcAuthenticationException Broken(string reason) => new($"The server does not keep to {Mechanism}: {reason}.");
}
