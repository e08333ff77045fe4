// <exactly-once>
using System.Data.Common;
using CdcEmbedded;
using CdcEmbedded.Offsets;
// </exactly-once>
using CdcEmbedded.Sources;

namespace DocSnippets;

/// <summary>What the pages show of acknowledgement and offsets.</summary>
public abstract class Offsets
{
    /// <summary>Applies every change.</summary>
    public async Task RunAsync(ISource source, CancellationToken cancellationToken)
    {
        // <core-loop>
        var options = new CdcEngineOptions { Name = "search-index" };
        await using var engine = new CdcEngine(source, new FileOffsetStore("offsets.json"), options);
        await foreach (ChangeEvent change in engine.ReadAsync(cancellationToken))       // asking for the next one acknowledges this one
            Apply(change.Operation, change.Key, change.Before, change.After);
        // </core-loop>
    }

    /// <summary>Reads two sources.</summary>
    public async Task RunTwoAsync(ISource mysql, ISource mongo, IOffsetStore store, CancellationToken cancellationToken)
    {
        // <group>
        await using var group = new CdcEngineGroup(
            new CdcEngine(mysql, store, new CdcEngineOptions { Name = "orders" }),
            new CdcEngine(mongo, store, new CdcEngineOptions { Name = "carts" }));
        await foreach (var change in group.ReadAsync(cancellationToken))
            Console.WriteLine($"{change.Source.Name}: {change}");       // the engine's name
        // </group>
    }

    /// <summary>Waits as a standby.</summary>
    public async Task RunOneOfManyAsync(ISource source, IOffsetStore store, CancellationToken cancellationToken)
    {
        // <lease>
        var options = new CdcEngineOptions { Name = "read-model", Lease = new LeaseOptions { Duration = TimeSpan.FromSeconds(3) } };
        await using var engine = new CdcEngine(source, store, options);
        await foreach (var change in engine.ReadAsync(cancellationToken))       // waits here until this instance is the active one
            Apply(change.Operation, change.Key, change.Before, change.After);
        // </lease>
    }

    /// <summary>Acknowledges by hand, 500 changes at a time.</summary>
    public async Task AcknowledgeAsync(ISource source, IOffsetStore store, List<ChangeEvent> pending, CancellationToken cancellationToken)
    {
        // <manual-acknowledgement>
        var options = new CdcEngineOptions { Name = "indexer", Acknowledgement = AcknowledgementMode.Manual };
        await using var engine = new CdcEngine(source, store, options);
        await foreach (var change in engine.ReadAsync(cancellationToken))
        {
            pending.Add(change);
            if (pending.Count == 500)
            {
                await IndexAsync(pending, cancellationToken);
                await engine.CommitAsync(pending[^1], cancellationToken);
                pending.Clear();
            }
        }
        // </manual-acknowledgement>
    }

    /// <summary>Stores effects and offset in one transaction.</summary>
    public async Task ApplyExactlyOnceAsync(ISource source, DbDataSource dataSource, CancellationToken cancellationToken)
    {
        // <exactly-once>
        var store = new DbOffsetStore(dataSource);                  // the table cdc_offsets, in the database of the effects
        await store.CreateTableAsync(cancellationToken);
        var options = new CdcEngineOptions { Name = "read-model", CommitPolicy = CommitPolicy.Never };
        await using var engine = new CdcEngine(source, store, options);
        await foreach (var batch in engine.ReadBatchesAsync(cancellationToken))
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            foreach (var change in batch)
                await ApplyAsync(change, transaction);
            await store.SaveAsync(batch, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        // </exactly-once>
    }

    /// <summary>Retries a batch whose transaction failed.</summary>
    public async Task RetryAsync(CdcEngine engine, DbOffsetStore store, DbDataSource dataSource, CancellationToken cancellationToken)
    {
        await foreach (var batch in engine.ReadBatchesAsync(cancellationToken))
        {
            // <exactly-once-retry>
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                    await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                    foreach (var change in batch)
                        await ApplyAsync(change, transaction);
                    await store.SaveAsync(batch, transaction, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    break;
                }
                catch (OffsetConflictException e) when (e.IsAlreadyStored)
                {
                    break;                              // an earlier attempt was committed, although its answer was lost
                }
                catch (DbException e) when (e.IsTransient && attempt < 5)
                {
                    await Task.Delay(TimeSpan.FromSeconds(attempt), cancellationToken);
                }
            }
            // </exactly-once-retry>
        }
    }

    /// <summary>Stores offsets with statements of the application.</summary>
    public async Task StoreElsewhereAsync(ISource source, IOffsetStore store, DbConnection connection, CancellationToken cancellationToken)
    {
        // <own-statements>
        var options = new CdcEngineOptions { Name = "read-model", CommitPolicy = CommitPolicy.Never, EmptyBatches = true };
        await using var engine = new CdcEngine(source, store, options);
        await foreach (var batch in engine.ReadBatchesAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            foreach (var change in batch)
                await ApplyAsync(change, transaction);
            await SaveOffsetAsync("read-model", batch.Offset.ToString(), transaction);
            await transaction.CommitAsync(cancellationToken);
        }
        // </own-statements>
    }

    /// <summary>Applies a change.</summary>
    protected abstract void Apply(ChangeOperation operation, DataRecord key, DataRecord before, DataRecord after);

    /// <summary>Adds changes to the application's index.</summary>
    protected abstract Task IndexAsync(IReadOnlyList<ChangeEvent> changes, CancellationToken cancellationToken);

    /// <summary>Applies a change to the application's tables.</summary>
    protected abstract Task ApplyAsync(ChangeEvent change, DbTransaction transaction);

    /// <summary>Writes the offset's text next to the effects.</summary>
    protected abstract Task SaveOffsetAsync(string name, string offset, DbTransaction transaction);
}
