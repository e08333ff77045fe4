using CdcEmbedded.DeadLetters;
using Microsoft.Extensions.Options;

namespace CdcEmbedded.Hosting;

/// <summary>Checks the options when the host starts; all that is wrong is in one exception.</summary>
internal sealed class CdcStreamOptionsValidation(CdcDefinition definition) : IValidateOptions<CdcStreamOptions>
{
    // A timer cannot wait for much longer than that.
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, CdcStreamOptions options)
    {
        if (name != definition.Name)
        {
            return ValidateOptionsResult.Skip;
        }

        var failures = new List<string>();
        if (options.Retry is null || options.Restart is null || options.Snapshot?.Tables is null)
        {
            return ValidateOptionsResult.Fail($"Stream '{name}': Retry, Restart, Snapshot or Snapshot.Tables is null; leave it as it is.");
        }

        Require(options.StartFrom is null || IsStart(options.StartFrom, "Earliest") || IsStart(options.StartFrom, "Latest"),
            $"StartFrom is '{options.StartFrom}'; allowed are Earliest and Latest.");
        Require(options.ParallelHandlers is >= 1 and <= 10_000, $"ParallelHandlers is {options.ParallelHandlers}; allowed is 1 to 10,000.");
        Require(options.MaxPendingChanges >= 1, $"MaxPendingChanges is {options.MaxPendingChanges}; allowed is at least 1.");
        Require(options.MaxGatheredChanges >= 0, $"MaxGatheredChanges is {options.MaxGatheredChanges}; allowed is 0 or more.");
        Require(options.MaxGatheredBytes >= 1, $"MaxGatheredBytes is {options.MaxGatheredBytes}; allowed is at least 1.");
        Require(options.MaxGatheredChanges == 0 || options.OnlyLastOfKey,
            "MaxGatheredChanges is set, and OnlyLastOfKey is not: only the last changes of keys are gathered.");
        Require(options.CommitChanges >= 1, $"CommitChanges is {options.CommitChanges}; allowed is at least 1.");
        Require(options.CommitInterval > TimeSpan.Zero && options.CommitInterval <= _longest,
            $"CommitInterval is {options.CommitInterval}; allowed is more than zero, up to a day.");
        Require(options.MaxBatchSize >= 1, $"MaxBatchSize is {options.MaxBatchSize}; allowed is at least 1.");
        Require(options.MaxBufferedChanges >= 1, $"MaxBufferedChanges is {options.MaxBufferedChanges}; allowed is at least 1.");
        Require(options.MaxBufferedBytes >= 1, $"MaxBufferedBytes is {options.MaxBufferedBytes}; allowed is at least 1.");
        Require(Enum.IsDefined(options.OnOffsetLost),
            $"OnOffsetLost is {options.OnOffsetLost}; allowed is Fail, StartFromEarliest or StartFromLatest.");
        RequireSnapshot(options.Snapshot);
        Require(options.LeaseDuration is null || (options.LeaseDuration >= TimeSpan.FromMilliseconds(100)
            && options.LeaseDuration <= TimeSpan.FromHours(1)),
            $"LeaseDuration is {options.LeaseDuration}; allowed is null, or 100 ms to one hour.");
        Require(options.MaxLag > TimeSpan.Zero, $"MaxLag is {options.MaxLag}; allowed is more than zero.");
        Require(options.StalledAfter > TimeSpan.Zero, $"StalledAfter is {options.StalledAfter}; allowed is more than zero.");
        Require(options.Retry.MaxAttempts >= 1, $"Retry.MaxAttempts is {options.Retry.MaxAttempts}; allowed is at least 1.");
        Require(options.Retry.InitialDelay >= TimeSpan.Zero && options.Retry.MaxDelay >= options.Retry.InitialDelay
            && options.Retry.MaxDelay <= _longest,
            $"Retry.InitialDelay is {options.Retry.InitialDelay} and Retry.MaxDelay {options.Retry.MaxDelay}; allowed is from zero up to a "
            + "day, in this order.");
        Require(options.Restart.InitialDelay > TimeSpan.Zero && options.Restart.MaxDelay >= options.Restart.InitialDelay
            && options.Restart.MaxDelay <= _longest,
            $"Restart.InitialDelay is {options.Restart.InitialDelay} and Restart.MaxDelay {options.Restart.MaxDelay}; allowed is from more "
            + "than zero up to a day, in this order.");
        Require(options.Restart.MaxRestarts is null or >= 0,
            $"Restart.MaxRestarts is {options.Restart.MaxRestarts}; allowed is null or 0 up.");
        Require(options.Restart.MaxRefusedLogins >= 1,
            $"Restart.MaxRefusedLogins is {options.Restart.MaxRefusedLogins}; allowed is at least 1.");
        Require(Enum.IsDefined(options.Retry.OnFailure),
            $"Retry.OnFailure is {options.Retry.OnFailure}; allowed is Fail, Skip or DeadLetter.");
        Require(options.Retry.OnFailure != HandlerFailureAction.DeadLetter || definition.CreateDeadLetters is not null
            || definition.DataSource is not null,
            "Retry.OnFailure is DeadLetter, and the stream has nowhere to store dead letters: call StoreDeadLettersIn.");
        Require(definition.CreateSource is not null, "The stream has no source: call a From method, such as FromMySql.");
        Require(definition.CreateStore is not null, "The stream has no store of offsets: call StoreOffsetsIn.");
        Require(definition.Handlers.Count > 0, "The stream has no handler: call Handle.");
        Require(options.ParallelHandlers == 1 || !definition.Handlers.Exists(handler => handler.IsBatch),
            "ParallelHandlers is greater than 1, and a handler takes batches: handlers that run by key take changes.");
        return failures.Count == 0 ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.ConvertAll(failure => $"Stream '{name}': {failure}"));

        void RequireSnapshot(StreamSnapshotOptions snapshot)
        {
            Require(Enum.IsDefined(snapshot.Mode),
                $"Snapshot.Mode is {snapshot.Mode}; allowed is {string.Join(", ", Enum.GetNames<SnapshotMode>())}.");
            Require(snapshot.ChunkSize is >= 1 and <= 100_000, $"Snapshot.ChunkSize is {snapshot.ChunkSize}; allowed is 1 to 100,000.");
            Require(snapshot.Readers is >= 1 and <= 32, $"Snapshot.Readers is {snapshot.Readers}; allowed is 1 to 32.");
            Require(snapshot.MaxRowsPerSecond is null or >= 1,
                $"Snapshot.MaxRowsPerSecond is {snapshot.MaxRowsPerSecond}; allowed is null or at least 1.");
            Require(snapshot.ChunkDuration > TimeSpan.Zero,
                $"Snapshot.ChunkDuration is {snapshot.ChunkDuration}; allowed is more than zero.");
            Require(snapshot.MaxRunningThreads is null or >= 1,
                $"Snapshot.MaxRunningThreads is {snapshot.MaxRunningThreads}; allowed is null or at least 1.");
            Require(snapshot.MaxReplicaLag is null || snapshot.MaxReplicaLag >= TimeSpan.Zero,
                $"Snapshot.MaxReplicaLag is {snapshot.MaxReplicaLag}; allowed is null or at least zero.");
            Require(snapshot.Mode is SnapshotMode.Never or SnapshotMode.Incremental || options.StartFrom is null,
                $"StartFrom is '{options.StartFrom}', and Snapshot.Mode is {snapshot.Mode}, which decides where the stream begins.");
            Require(snapshot.Tables.Count == 0 || snapshot.Mode != SnapshotMode.Never || snapshot.ReadsNewTables
                || definition.CreatePolicy is not null,
                "Snapshot.Tables is set, and Snapshot.Mode is Never without ReadsNewTables: no tables are read.");
            Require(!snapshot.WritesWatermarks || snapshot.SignalTable is not null,
                "Snapshot.WritesWatermarks is set, and Snapshot.SignalTable, into which they are written, is not.");
        }

        void Require(bool condition, string failure)
        {
            if (!condition)
            {
                failures.Add(failure);
            }
        }
    }

    private static bool IsStart(string text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);
}
