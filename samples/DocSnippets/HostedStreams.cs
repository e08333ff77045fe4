// <hosting>
using CdcEmbedded;
using CdcEmbedded.Hosting;
using CdcEmbedded.MySql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
// </hosting>
using System.Data.Common;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.MongoDb;
using CdcEmbedded.MySql.Gtids;
using MongoDB.Driver;

namespace DocSnippets;

/// <summary>What the pages show of hosted streams.</summary>
public abstract class HostedStreams
{
    /// <summary>Adds a read model.</summary>
    public static void Add(HostApplicationBuilder builder)
    {
        // <hosting>
        builder.Services.AddSingleton(NpgsqlDataSource.Create(builder.Configuration.GetConnectionString("readmodel")!));
        builder.Services.AddCdc("read-model")
            .FromMySql("shop", "shop.orders", "shop.customers")
            .Snapshot(SnapshotMode.Initial)
            .StoreOffsetsIn(services => services.GetRequiredService<NpgsqlDataSource>())
            .Handle<OrderHandler>("shop.orders");
        builder.Services.AddHealthChecks().AddCdc("read-model");
        // </hosting>
    }

    /// <summary>Adds a read model in SQLite, with typed rows.</summary>
    public static void AddTyped(HostApplicationBuilder builder, DbProviderFactory sqlite)
    {
        // <typed-hosting>
        DbDataSource database = sqlite.CreateDataSource("Data Source=readmodel.db");     // SqliteFactory.Instance of Microsoft.Data.Sqlite
        builder.Services.AddCdc("read-model")
            .FromMySql("shop", "shop.orders")
            .StoreOffsetsIn(database)
            .Handle<OrderRow, TypedOrderHandler>("shop.orders");
        // </typed-hosting>
    }

    /// <summary>Adds a read model in MongoDB.</summary>
    public static void AddMongo(HostApplicationBuilder builder, IMongoDatabase mongoDatabase)
    {
        // <mongo-hosting>
        builder.Services.AddCdc("read-model")
            .FromMySql("shop", "shop.orders")
            .StoreOffsetsWithEffectsIn(_ => new MongoOffsetStore(mongoDatabase))
            .StoreDeadLettersIn(_ => new MongoDeadLetterStore(mongoDatabase))
            .Handle((change, context, token) => ReplaceAsync(change, context.GetTransaction<IClientSessionHandle>(), token));
        // </mongo-hosting>
    }

    private static ValueTask ReplaceAsync(ChangeEvent change, IClientSessionHandle session, CancellationToken cancellationToken) => default;

    /// <summary>Waits for a write of its own.</summary>
    public async Task<bool> WaitAsync(CdcStreams streams, DbConnection connection, CancellationToken cancellationToken)
    {
        // <read-your-writes>
        var executed = GtidSet.Parse(await ReadGtidAsync(connection));          // the session tracker's GTID, or @@gtid_executed
        var isVisible = await streams.GetEngine("read-model")
            .WaitUntilProcessedAsync(MySqlOffset.FromGtidSet(executed), TimeSpan.FromSeconds(5), cancellationToken);
        // </read-your-writes>
        return isVisible;
    }

    /// <summary>Lists dead letters, and removes some.</summary>
    public static async Task ListAsync(CdcStreams streams, Func<DeadLetter, bool> isObsolete, CancellationToken cancellationToken)
    {
        // <dead-letters>
        var store = streams.GetDeadLetters("read-model");
        await foreach (var letter in store.ReadAsync("read-model", cancellationToken))
        {
            Console.WriteLine($"{letter.EventId} of {letter.Table}: {letter.Error}");
            if (isObsolete(letter))
                await store.RemoveAsync(letter, null, cancellationToken);
        }
        // </dead-letters>
    }

    /// <summary>Handles dead letters again.</summary>
    public static async Task ReplayAsync(CdcStreams streams, CancellationToken cancellationToken)
    {
        // <replay>
        var replay = await streams.ReplayDeadLettersAsync("read-model", letter => letter.Table == "shop.orders", cancellationToken);
        Console.WriteLine($"{replay.Replayed} handled, {replay.Failed} failed again, {replay.Held} wait for an earlier one of their key");
        // </replay>
    }

    /// <summary>Reads the GTID of the last commit.</summary>
    protected abstract Task<string> ReadGtidAsync(DbConnection connection);

    // <order-handler>
    public sealed class OrderHandler : IChangeHandler
    {
        public async ValueTask HandleAsync(ChangeEvent change, ChangeContext context, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand { Connection = (NpgsqlConnection)context.Connection };
            command.Parameters.AddWithValue("id", change.Key["id"].AsInt64());
            if (change.Operation == ChangeOperation.Delete)
            {
                command.CommandText = "DELETE FROM orders WHERE id = @id";
            }
            else
            {
                command.CommandText = "INSERT INTO orders (id, total) VALUES (@id, @total) "
                    + "ON CONFLICT (id) DO UPDATE SET total = excluded.total";
                command.Parameters.AddWithValue("total", change.After["total"].AsDecimal());
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
    // </order-handler>

    // <typed-handler>
    public sealed class TypedOrderHandler : IChangeHandler<OrderRow>
    {
        public async ValueTask HandleAsync(Change<OrderRow> change, ChangeContext context, CancellationToken cancellationToken)
        {
            await using var command = context.Connection.CreateCommand();
            command.Transaction = context.Transaction;
            Add(command, "@id", change.Key["id"].AsInt64());
            command.CommandText = "DELETE FROM orders WHERE id = @id";
            if (change.After is { } row)
            {
                command.CommandText = "REPLACE INTO orders (id, total) VALUES (@id, @total)";
                Add(command, "@total", row.Total);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        private static void Add(DbCommand command, string name, object value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }
    // </typed-handler>
}
