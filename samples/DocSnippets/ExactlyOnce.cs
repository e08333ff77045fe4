using System.Data.Common;
using CdcEmbedded;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace ReadmeSnippets;

/// <summary>Effects and offset in one transaction of the application's database.</summary>
public abstract class ExactlyOnce
{
    /// <summary>Applies every batch.</summary>
    public async Task RunAsync(ISource source, IOffsetStore store, DbConnection connection, CancellationToken cancellationToken)
    {
        var options = new CdcEngineOptions { Name = "read-model", CommitPolicy = CommitPolicy.Never };   // the engine stores nothing
        await using var engine = new CdcEngine(source, store, options);                                  // your IOffsetStore, over that table
        await foreach (var batch in engine.ReadBatchesAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            foreach (var change in batch)
                await ApplyAsync(change, transaction);
            await SaveOffsetAsync("read-model", batch.Offset.ToString(), transaction);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>The application's own effect of a change.</summary>
    protected abstract Task ApplyAsync(ChangeEvent change, DbTransaction transaction);

    /// <summary>Writes the offset's text beside the effects.</summary>
    protected abstract Task SaveOffsetAsync(string name, string offset, DbTransaction transaction);
}
