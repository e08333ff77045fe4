using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>The server's side of the connection phase. Passwords are checked the server's way, not with the client's code.</summary>
public static class ScriptedLogin
{
    private const uint Ssl = 0x800;
    private const uint ConnectAttributes = 0x100000;
    private const uint DeprecateEof = 0x1000000;

    /// <summary>Plays greeting, TLS and authentication.</summary>
    /// <returns>True if the client is logged in.</returns>
    public static async Task<bool> PlayAsync(ScriptedConnection connection)
    {
        var options = connection.Options;
        var scramble = NewScramble();
        connection.Sequence = 0;
        await connection.SendPacketAsync(Greeting(options, scramble));
        var response = await connection.ReadPacketAsync();
        if (response is null)
        {
            return false;
        }

        var wantsTls = response.Length == 32 && (BinaryPrimitives.ReadUInt32LittleEndian(response) & Ssl) != 0;
        if (wantsTls && options.Certificate is { } certificate)
        {
            await connection.StartTlsAsync(certificate);
            response = await connection.ReadPacketAsync();
            if (response is null)
            {
                return false;
            }
        }

        var greeted = scramble;
        var (user, answer, plugin) = ReadResponse(response, connection);
        if (plugin != options.AccountPlugin)
        {
            scramble = NewScramble();
            await connection.SendPacketAsync([0xFE, .. Encoding.ASCII.GetBytes(options.AccountPlugin), 0, .. scramble, 0]);
            answer = await connection.ReadPacketAsync();
        }

        if (answer is not null && user == options.User && await VerifyAsync(connection, answer, scramble))
        {
            var text = options.LoginText?.Invoke(greeted) ?? [];
            await connection.SendPacketAsync([0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, .. text.Length > 0
                ? (byte[])[(byte)text.Length, .. text] : []]);
            return true;
        }

        if (answer is not null)
        {
            await connection.SendErrorAsync(1045, $"Access denied for user '{user}'@'localhost' (using password: YES)", "28000");
        }

        return false;
    }

    public static byte[] Greeting(ScriptedServerOptions options, byte[] scramble)
    {
        // LONG_PASSWORD, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH, CONNECT_ATTRS, LENENC, EOF
        var capabilities = 0x0138A20Du | (options.Certificate is null ? 0 : Ssl);
        return
        [
            10, .. Encoding.UTF8.GetBytes(options.Version), 0,
            42, 0, 0, 0,
            .. scramble[..8], 0,
            (byte)capabilities, (byte)(capabilities >> 8),
            45, 2, 0,
            (byte)(capabilities >> 16), (byte)(capabilities >> 24),
            21, .. new byte[10],
            .. scramble[8..], 0,
            .. Encoding.ASCII.GetBytes(options.GreetingPlugin), 0,
        ];
    }

    private static byte[] NewScramble()
    {
        var scramble = RandomNumberGenerator.GetBytes(20);
        for (var index = 0; index < scramble.Length; index++)
        {
            scramble[index] = (byte)((scramble[index] & 0x7F) | 1);
        }

        return scramble;
    }

    private static (string User, byte[] Answer, string Plugin) ReadResponse(byte[] response, ScriptedConnection connection)
    {
        var capabilities = BinaryPrimitives.ReadUInt32LittleEndian(response);
        connection.DeprecatesEof = (capabilities & DeprecateEof) != 0;
        var attributes = connection.Attributes;
        var rest = response.AsSpan(32);
        var user = Nul(ref rest);
        var answer = rest.Slice(1, rest[0]).ToArray();
        rest = rest[(1 + answer.Length)..];
        if ((capabilities & 8) != 0)
        {
            attributes["database"] = Nul(ref rest);
        }

        var plugin = Nul(ref rest);
        if ((capabilities & ConnectAttributes) != 0)
        {
            for (Length(ref rest); rest.Length > 0;)
            {
                var name = LengthEncoded(ref rest);
                attributes[name] = LengthEncoded(ref rest);
            }
        }

        return (user, answer, plugin);
    }

    private static string Nul(ref Span<byte> rest)
    {
        var end = rest.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }

    private static int Length(ref Span<byte> rest)
    {
        var (length, size) = rest[0] == 0xFC ? (BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]), 3) : (rest[0], 1);
        rest = rest[size..];
        return length;
    }

    private static string LengthEncoded(ref Span<byte> rest)
    {
        var length = Length(ref rest);
        var text = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
        return text;
    }

    [SuppressMessage("Security", "CA5350", Justification = "The protocol prescribes SHA-1.")]
    private static async Task<bool> VerifyAsync(ScriptedConnection connection, byte[] answer, byte[] scramble)
    {
        var options = connection.Options;
        var password = Encoding.UTF8.GetBytes(options.Password);
        switch (options.AccountPlugin)
        {
            case "mysql_native_password" when password.Length > 0:
                // The server stores SHA1(SHA1(password)) only.
                var stored1 = SHA1.HashData(SHA1.HashData(password));
                return answer.Length == 20
                    && SHA1.HashData(Xor(answer, SHA1.HashData([.. scramble, .. stored1]))).AsSpan().SequenceEqual(stored1);
            case "caching_sha2_password" when password.Length > 0:
                var stored2 = SHA256.HashData(SHA256.HashData(password));
                var right = answer.Length == 32
                    && SHA256.HashData(Xor(answer, SHA256.HashData([.. stored2, .. scramble]))).AsSpan().SequenceEqual(stored2);
                if (options.IsCached)
                {
                    if (right)
                    {
                        await connection.SendPacketAsync([1, 3]);
                    }

                    return right;
                }

                await connection.SendPacketAsync([1, 4]);
                return await PasswordIsRightAsync(connection, await connection.ReadPacketAsync(), scramble, 2);
            case "sha256_password" when password.Length > 0:
                return await PasswordIsRightAsync(connection, answer, scramble, 1);
            case "mysql_clear_password":
                return answer.SequenceEqual<byte>([.. password, 0]);
            default:
                return answer is [] or [0];
        }
    }

    private static async Task<bool> PasswordIsRightAsync(ScriptedConnection connection, byte[]? answer, byte[] scramble, byte keyRequest)
    {
        var key = connection.Options.RsaKey;
        if (!connection.IsTls && answer is [var request] && request == keyRequest && key is not null)
        {
            await connection.SendPacketAsync([1, .. Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n")]);
            answer = await connection.ReadPacketAsync();
        }

        if (answer is null)
        {
            return false;
        }

        if (!connection.IsTls)
        {
            answer = Xor(key!.Decrypt(answer, RSAEncryptionPadding.OaepSHA1), scramble);
        }

        return answer.SequenceEqual<byte>([.. Encoding.UTF8.GetBytes(connection.Options.Password), 0]);
    }

    private static byte[] Xor(byte[] bytes, byte[] mask) => [.. bytes.Select((value, index) => (byte)(value ^ mask[index % mask.Length]))];
}
