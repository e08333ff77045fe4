using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CdcEmbedded.MongoDb.Double.Security;

/// <summary>
/// The server's side of one SCRAM conversation (RFC 5802 and 7677). With SHA-1 the password is MongoDB's old digest
/// <c>md5(user:mongo:password)</c> in hex.
/// </summary>
internal sealed class ScramServer(string mechanism, Func<string, DoubleUser?> find)
{
    private readonly HashAlgorithmName _hash = mechanism == "SCRAM-SHA-1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
    private string _clientFirst = "";
    private string _serverFirst = "";
    private string _nonce = "";
    private byte[] _salted = [];

    public DoubleUser? User { get; private set; }

    public bool Proven { get; private set; }

    /// <summary>Answers the client's first message <c>n,,n=user,r=nonce</c> with <c>r=nonce,s=salt,i=iterations</c>.</summary>
    public byte[] First(byte[] payload)
    {
        string message = Encoding.UTF8.GetString(payload);
        if (!message.StartsWith("n,,", StringComparison.Ordinal))
        {
            throw Failed("the first message starts with another header than n,,");
        }

        _clientFirst = message[3..];
        Dictionary<char, string> fields = Fields(_clientFirst);
        string name = fields.GetValueOrDefault('n', "")
            .Replace("=2C", ",", StringComparison.Ordinal)
            .Replace("=3D", "=", StringComparison.Ordinal);
        User = find(name);
        if (User is null || !User.Mechanisms.Contains(mechanism))
        {
            throw Failed("no such user");
        }

        byte[] salt = RandomNumberGenerator.GetBytes(_hash == HashAlgorithmName.SHA1 ? 16 : 28);
        string password = _hash == HashAlgorithmName.SHA1 ? Digest(User) : User.Password.Normalize(NormalizationForm.FormKC);
        _salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, User.Iterations, _hash, _hash == HashAlgorithmName.SHA1 ? 20 : 32);
        _nonce = fields.GetValueOrDefault('r', "") + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(salt)},i={User.Iterations.ToString(CultureInfo.InvariantCulture)}";
        return Encoding.UTF8.GetBytes(_serverFirst);
    }

    /// <summary>Checks <c>c=biws,r=nonce,p=proof</c> and answers with the server's signature <c>v=…</c>.</summary>
    public byte[] Final(byte[] payload)
    {
        string message = Encoding.UTF8.GetString(payload);
        Dictionary<char, string> fields = Fields(message);
        int proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0 || fields.GetValueOrDefault('r') != _nonce || fields.GetValueOrDefault('c') != "biws")
        {
            throw Failed("nonce or channel binding differ");
        }

        byte[] signed = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{message[..proofAt]}");
        byte[] clientKey = Mac(_salted, "Client Key"u8.ToArray());
        byte[] signature = Mac(Hash(clientKey), signed);
        byte[] proof = Convert.FromBase64String(message[(proofAt + 3)..]);
        if (proof.Length != clientKey.Length || !CryptographicOperations.FixedTimeEquals(Xor(clientKey, signature), proof))
        {
            throw Failed("the proof is wrong");
        }

        Proven = true;
        return Encoding.UTF8.GetBytes("v=" + Convert.ToBase64String(Mac(Mac(_salted, "Server Key"u8.ToArray()), signed)));
    }

    // The reason goes to nobody: a server reports every failure in the same words.
    private static CommandError Failed(string reason) => new(18, "Authentication failed.") { Data = { ["reason"] = reason } };

    private static Dictionary<char, string> Fields(string message) => message.Split(',')
        .Where(part => part.Length >= 2 && part[1] == '=')
        .DistinctBy(part => part[0])
        .ToDictionary(part => part[0], part => part[2..]);

#pragma warning disable CA5350, CA5351 // The mechanism asks for them.
    private static string Digest(DoubleUser user) =>
        Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{user.Name}:mongo:{user.Password}")));

    private byte[] Mac(byte[] key, byte[] data) =>
        _hash == HashAlgorithmName.SHA1 ? HMACSHA1.HashData(key, data) : HMACSHA256.HashData(key, data);

    private byte[] Hash(byte[] data) => _hash == HashAlgorithmName.SHA1 ? SHA1.HashData(data) : SHA256.HashData(data);
#pragma warning restore CA5350, CA5351

    private static byte[] Xor(byte[] left, byte[] right) => [.. left.Zip(right, (a, b) => (byte)(a ^ b))];
}
