using System.Data.Common;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Offsets;

namespace CdcEmbedded.Tests.Engine;

/// <summary>What tests of effects and offset in one transaction share: a database of SQLite, and engines that store there.</summary>
public abstract class ExactlyOnceTest : EngineTest, IAsyncLifetime
{
    private protected SqliteFile Database { get; } = new();

    private protected DbOffsetStore Db { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Db = new DbOffsetStore(Database.Source);
        await Db.CreateTableAsync();
        await Database.ExecuteAsync("CREATE TABLE effects (id integer)");
    }

    public ValueTask DisposeAsync()
    {
        Database.Dispose();
        return default;
    }

    /// <summary>Transactions of one row each, with ids from 1, which arrive in a batch each.</summary>
    private protected static ScriptedSource Batches(int count, ScriptedSource? source = null)
    {
        source ??= new ScriptedSource();
        for (var i = 1; i <= count; i++)
        {
            source.Begin().Insert(Table, ("id", i)).Commit().Wait(Task.CompletedTask);
        }

        return source;
    }

    private protected CdcEngine Start(ScriptedSource source, out IAsyncEnumerator<ChangeBatch> batches, CommitPolicy? policy = null,
        StartPosition? start = null)
    {
        var engine = new CdcEngine(source, Db, new CdcEngineOptions
        {
            Name = "test",
            CommitPolicy = policy ?? CommitPolicy.Never,
            StartFrom = start,
            TimeProvider = Time,
        });
        batches = engine.ReadBatchesAsync(Timeout).GetAsyncEnumerator();
        return engine;
    }

    private protected async Task ApplyAsync(ChangeBatch batch, bool commit = true)
    {
        await using var connection = await Database.Source.OpenConnectionAsync(Timeout);
        await using var transaction = await connection.BeginTransactionAsync(Timeout);
        foreach (var change in batch)
        {
            await InsertAsync(change, transaction);
        }

        await Db.SaveAsync(batch, transaction, Timeout);
        if (commit)
        {
            await transaction.CommitAsync(Timeout);
        }
    }

    private protected static async Task InsertAsync(ChangeEvent change, DbTransaction transaction)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO effects VALUES ({Id(change)})";
        await command.ExecuteNonQueryAsync(Timeout);
    }

    private protected Task<List<long>> EffectsAsync() => Database.ReadNumbersAsync("SELECT id FROM effects ORDER BY id");

    private protected async Task<string?> StoredAsync() => (await Db.LoadAsync("test"))?.Text;
}
