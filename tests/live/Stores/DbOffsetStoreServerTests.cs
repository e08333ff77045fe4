using System.Data;
using System.Data.Common;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.TestServers;
using MySqlConnector;
using Npgsql;

namespace CdcEmbedded.ServerTests.Stores;

/// <summary>Offsets in tables of real servers, alone and in transactions.</summary>
public sealed class DbOffsetStoreServerTests(
    PostgresFixture postgres, MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    private const int Count = 100;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_PostgreSQL_the_store_keeps_the_contract_also_in_transactions()
    {
        await using var source = NpgsqlDataSource.Create((await postgres.ServerAsync()).ConnectionString);
        await VerifyAsync(source, "cdc_conformance", DbOffsetDialect.PostgreSql);
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    public async Task On_MySQL_the_store_keeps_the_contract_also_in_transactions(ServerKind kind)
    {
        await using var source = await MySqlSourceAsync(
            kind == ServerKind.MySql97 ? await mySql97.ServerAsync() : await mySql56.ServerAsync());
        await VerifyAsync(source, "cdc_conformance", DbOffsetDialect.MySql);
    }

    [Fact]
    public async Task On_MariaDB_the_store_keeps_the_contract_also_in_transactions()
    {
        await using var server = await ServerFixture.OrSkipAsync(
            MySqlTestServer.StartAsync(ServerKind.MariaDb118, cancellationToken: Cancellation));
        await using var source = await MySqlSourceAsync(server);
        await VerifyAsync(source, "cdc_conformance", DbOffsetDialect.MySql);
    }

    [Fact]
    public async Task On_PostgreSQL_two_instances_at_once_apply_everything_once()
    {
        await using var source = NpgsqlDataSource.Create((await postgres.ServerAsync()).ConnectionString);
        await ApplyTwiceAsync(source, IsolationLevel.Unspecified);
    }

    [Fact]
    public async Task On_PostgreSQL_with_serializable_transactions_two_instances_at_once_apply_everything_once()
    {
        await using var source = NpgsqlDataSource.Create((await postgres.ServerAsync()).ConnectionString);
        await ApplyTwiceAsync(source, IsolationLevel.Serializable);
    }

    [Theory]
    [InlineData(IsolationLevel.Unspecified)]
    [InlineData(IsolationLevel.ReadCommitted)]
    public async Task On_MySQL_two_instances_at_once_apply_everything_once(IsolationLevel isolation)
    {
        await using var source = await MySqlSourceAsync(await mySql97.ServerAsync());
        await ApplyTwiceAsync(source, isolation);
    }

    private static async Task VerifyAsync(DbDataSource source, string table, DbOffsetDialect dialect)
    {
        Assert.Equal(dialect, new DbOffsetStore(source).Dialect);
        var stores = Enumerable.Range(0, 4).Select(_ => new DbOffsetStore(source, table)).ToList();
        await Task.WhenAll(stores.Select(store => store.CreateTableAsync(Cancellation).AsTask()));

        await OffsetStoreConformance.VerifyTransactionsAsync(() => new DbOffsetStore(source, table), source, Cancellation);
    }

    private static async Task<MySqlDataSource> MySqlSourceAsync(MySqlTestServer server)
    {
        var database = await server.CreateDatabaseAsync("stores", Cancellation);
        return new MySqlDataSource($"{server.ConnectionString};Database={database}");
    }

    /// <summary>Runs two instances of one application until both have seen the end, and counts its effects.</summary>
    private static async Task ApplyTwiceAsync(DbDataSource source, IsolationLevel isolation)
    {
        var store = new DbOffsetStore(source);
        await store.CreateTableAsync(Cancellation);
        await ExecuteAsync(source, "DROP TABLE IF EXISTS effects");
        await ExecuteAsync(source, "CREATE TABLE effects (id bigint)");
        await ExecuteAsync(source, "DELETE FROM cdc_offsets");
        var script = new ScriptedSource();
        for (var i = 1; i <= Count; i++)
        {
            script.Begin().Insert("shop.orders", ("id", i)).Commit().Wait(Task.CompletedTask);
        }

        script.End();

        await Task.WhenAll(Task.Run(() => RunAsync(script, source, isolation)), Task.Run(() => RunAsync(script, source, isolation)));

        await using var command = source.CreateCommand("SELECT id FROM effects ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var ids = new List<long>();
        while (await reader.ReadAsync(Cancellation))
        {
            ids.Add(reader.GetInt64(0));
        }

        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), ids);
    }

    private static async Task RunAsync(ScriptedSource script, DbDataSource source, IsolationLevel isolation)
    {
        var store = new DbOffsetStore(source);
        while (true)
        {
            try
            {
                await using var engine =
                    new CdcEngine(script, store, new CdcEngineOptions { Name = "twice", CommitPolicy = CommitPolicy.Never });
                await foreach (var batch in engine.ReadBatchesAsync(Cancellation))
                {
                    await using var connection = await source.OpenConnectionAsync(Cancellation);
                    await using var transaction = await connection.BeginTransactionAsync(isolation, Cancellation);
                    foreach (var change in batch)
                    {
                        await using var command = connection.CreateCommand();
                        command.Transaction = transaction;
                        command.CommandText = $"INSERT INTO effects VALUES ({change.After["id"].AsInt64()})";
                        await command.ExecuteNonQueryAsync(Cancellation);
                    }

                    await store.SaveAsync(batch, transaction, Cancellation);
                    await transaction.CommitAsync(Cancellation);
                }

                return;
            }
            catch (Exception e) when (e is OffsetConflictException || (e is DbException { IsTransient: true }))
            {
                // The loser starts again, as a service does.
            }
        }
    }

    private static async Task ExecuteAsync(DbDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
