using CdcEmbedded.Tests.Shared;
using CdcEmbedded.TestServers;
using MySqlConnector;
using Npgsql;

namespace CdcEmbedded.ServerTests.Stores;

/// <summary>Dead letters in tables of real servers.</summary>
public sealed class DbDeadLetterStoreServerTests(PostgresFixture postgres, MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_PostgreSQL_the_store_of_dead_letters_keeps_the_contract()
    {
        await using var source = NpgsqlDataSource.Create((await postgres.ServerAsync()).ConnectionString);
        await DeadLetterContract.VerifyAsync(source, Cancellation);
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    public async Task On_MySQL_the_store_of_dead_letters_keeps_the_contract(ServerKind kind)
        => await VerifyAsync(kind == ServerKind.MySql97 ? await mySql97.ServerAsync() : await mySql56.ServerAsync());

    [Fact]
    public async Task On_MariaDB_the_store_of_dead_letters_keeps_the_contract()
    {
        await using var server = await ServerFixture.OrSkipAsync(
            MySqlTestServer.StartAsync(ServerKind.MariaDb118, cancellationToken: Cancellation));
        await VerifyAsync(server);
    }

    private static async Task VerifyAsync(MySqlTestServer server)
    {
        var database = await server.CreateDatabaseAsync("letters", Cancellation);
        await using var source = new MySqlDataSource($"{server.ConnectionString};Database={database}");
        await DeadLetterContract.VerifyAsync(source, Cancellation);
    }
}
