using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.MySql.Tests.Server;

namespace CdcEmbedded.MySql.Tests.LossesElsewhere;

/// <summary>Key updates of TLS 1.3, at which other readers hung: a server makes one after some millions of records.</summary>
public sealed class KeyUpdateLossTests(TestCertificates certificates) : IClassFixture<TestCertificates>
{
    private const string Tls = "SslMode=VerifyFull;TlsVersion=TLS 1.3;SslCa=";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Debezium_dbz_2213_a_server_that_updates_its_keys_during_a_stream_loses_nothing(bool isRequest)
    {
        var primary = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97"));
        await using var plain = new ScriptedMySqlServer(primary.Options());
        var expected = await FeedRun.ReadAsync(WireFeedTests.Source(plain));
        KeyUpdates? updates = null;
        var events = 0;
        primary.Change = e =>
        {
            if (++events % 3 == 0)
            {
                updates?.Schedule(isRequest);
            }

            return e;
        };
        var options = primary.Options();
        options.Certificate = certificates.ForLoopback;
        var dump = options.OnBinlogDump ?? throw new InvalidOperationException();
        options.OnBinlogDump = (connection, request) =>
        {
            updates = connection.KeyUpdates;
            return dump(connection, request);
        };
        await using var server = new ScriptedMySqlServer(options);

        var run = await FeedRun.ReadAsync(new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString(Tls + certificates.CaFile),
        }));

        Assert.SkipWhen(updates is null, "TLS is not OpenSSL's on this machine.");
        Assert.Null(run.Failure);
        Assert.Equal(expected.Texts, run.Texts);
        Assert.Equal(1, server.Dumps);
        Assert.Equal(events / 3, updates.Sent);
    }

    [Fact]
    public async Task Debezium_dbz_2213_a_session_continues_while_both_sides_update_their_keys()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            Certificate = certificates.ForLoopback,
            OnConnectionQuery = (connection, _) =>
            {
                connection.KeyUpdates?.Schedule(isRequest: true);
                return null;
            },
        });
        await using var session = await server.ConnectAsync(Tls + certificates.CaFile);
        var updates = server.Connections[0].KeyUpdates;
        Assert.SkipWhen(updates is null, "TLS is not OpenSSL's on this machine.");
        var (sent, received) = (updates.Sent, updates.Received);

        for (var i = 0; i < 20; i++)
        {
            await session.ExecuteAsync("SET @a = 1", CancellationToken.None).AsTask().WaitAsync(SessionTest.Patience);
        }

        // The client answers a request with its next command.
        Assert.Equal(20, updates.Sent - sent);
        Assert.InRange(updates.Received - received, 19, 20);
    }
}
