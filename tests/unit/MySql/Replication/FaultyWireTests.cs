using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Tests.Scripted;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Replication;

/// <summary>Cut connections, slow ones, and bytes that make no sense: typed exceptions, and never a hang.</summary>
public sealed class FaultyWireTests(TestCertificates certificates) : IClassFixture<TestCertificates>
{
    [Theory]
    [InlineData("mysql_native_password", false)]
    [InlineData("caching_sha2_password", false)]
    [InlineData("caching_sha2_password", true)]
    public async Task A_connection_cut_at_any_byte_of_login_and_query_is_a_connection_error(string account, bool tls)
    {
        long? cut = null;
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            AccountPlugin = account,
            IsCached = false,
            RsaKey = certificates.RsaKey,
            Certificate = tls ? certificates.ForLoopback : null,
            OnQuery = _ => ScriptedReply.Rows(["a", "b"], ["x", null]),
            Shape = (wire, _) => wire.CutAfterBytes = cut,
        });
        var text = server.ConnectionString(tls ? $"SslMode=VerifyFull;SslCa={certificates.CaFile}" : "AllowPublicKeyRetrieval=true");
        await LogInAndQueryAsync(text);
        var total = server.Connections[0].Wire.Sent;

        // Each TLS handshake costs milliseconds, and its inner bytes are not ours: every seventh is enough.
        for (cut = 0; cut < total; cut += tls ? 7 : 1)
        {
            var exception = await Xunit.Record.ExceptionAsync(() => LogInAndQueryAsync(text).WaitAsync(SessionTest.Patience));

            // A session ticket of TLS that is cut off after the last answer harms nobody.
            Assert.True(exception is CdcConnectionException || (tls && exception is null), $"Cut at {cut}: {exception}");
        }

        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_sends_byte_by_byte_is_understood(bool tls)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            IsCached = false,
            RsaKey = certificates.RsaKey,
            Certificate = tls ? certificates.ForLoopback : null,
            OnQuery = _ => ScriptedReply.Rows(["a", "b"], ["x", null]),
            Shape = (wire, _) => wire.ByteByByte = true,
        });

        var result = await LogInAndQueryAsync(
            server.ConnectionString($"AllowPublicKeyRetrieval=true;{(tls ? $"SslMode=VerifyFull;SslCa={certificates.CaFile}" : "")}"));

        Assert.Equal<string?[]>(["x", null], result);
    }

    [Fact]
    public async Task Half_a_packet_and_then_silence_ends_with_the_connection_timeout()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnConnect = async connection =>
            {
                await connection.SendRawAsync(connection.Frame(ScriptedLogin.Greeting(connection.Options, new byte[20])).AsMemory(0, 30));
                await connection.SilenceAsync();
            },
        });

        await Assert.ThrowsAsync<CdcConnectionException>(() => server.ConnectAsync("Connection Timeout=1"));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("")]
    public async Task Another_kind_of_server_is_a_typed_error(string banner)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnConnect = connection => connection.SendRawAsync(System.Text.Encoding.ASCII.GetBytes(banner)).AsTask(),
        });

        await Assert.ThrowsAnyAsync<CdcException>(() => server.ConnectAsync());
    }

    [Fact]
    public void A_greeting_with_any_bytes_changed_gives_typed_errors_only()
    {
        var greeting = ScriptedLogin.Greeting(new ScriptedServerOptions(), new byte[20]);
        Fuzz(greeting, payload => Greeting.Read(payload));
    }

    [Fact]
    public void Any_bytes_as_an_error_packet_give_an_exception_of_the_family() =>
        Fuzz([0xFF, 0x15, 0x04, .. "#28000Access denied"u8], payload => ServerError.Read(payload, "db"));

    [Fact]
    public async Task Any_bytes_after_the_login_give_typed_errors_only()
    {
        byte[] answer =
        [
            1, 0, 0, 1, 1,
            23, 0, 0, 2, 3, .. "def"u8, 0, 0, 0, 1, 0x61, 0, 12, 45, 0, 0, 0, 0, 0, 0xFD, 0, 0, 0, 0, 0,
            5, 0, 0, 3, 0xFE, 0, 0, 2, 0,
            2, 0, 0, 4, 1, 0x31,
            5, 0, 0, 5, 0xFE, 0, 0, 2, 0,
        ];
        var next = answer;
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnConnect = async connection =>
            {
                if (await ScriptedLogin.PlayAsync(connection))
                {
                    await connection.ReadPacketAsync();
                    await connection.SendRawAsync(next);
                }
            },
        });
        Assert.Equal<string?[]>(["1"], await LogInAndQueryAsync(server.ConnectionString(), 1));
        foreach (var payload in Mutations(answer).Sample(300, 50))
        {
            next = payload;

            var exception = await Xunit.Record.ExceptionAsync(
                () => LogInAndQueryAsync(server.ConnectionString(), 1).WaitAsync(SessionTest.Patience));

            Assert.True(exception is null or CdcException, $"{Convert.ToHexString(payload)}: {exception}");
        }
    }

    private delegate void Reading(ReadOnlySpan<byte> payload);

    private static void Fuzz(byte[] valid, Reading read) =>
        Prop.ForAll(Mutations(valid).ToArbitrary(), payload =>
        {
            try
            {
                read(payload);
            }
            catch (CdcException)
            {
                // What is promised.
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static Gen<byte[]> Mutations(byte[] valid)
    {
        var mutated =
            from changes in Gen.Choose(0, valid.Length - 1).Zip(Gen.Choose(0, 255)).NonEmptyListOf()
            from length in Gen.OneOf(Gen.Constant(valid.Length), Gen.Choose(0, valid.Length))
            select Mutate(valid, changes, length);
        var random = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();
        return Gen.OneOf(mutated, random);
    }

    private static byte[] Mutate(byte[] valid, IEnumerable<(int At, int Value)> changes, int length)
    {
        var bytes = valid.ToArray();
        foreach (var (at, value) in changes.Take(4))
        {
            bytes[at] = (byte)value;
        }

        return bytes[..length];
    }

    private static async Task<string?[]> LogInAndQueryAsync(string connectionString, int columns = 2)
    {
        await using var session = await SessionTest.ConnectAsync(connectionString);
        return await session.AskAsync("SELECT a, b", columns, CancellationToken.None);
    }
}
