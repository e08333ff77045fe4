using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.Engine;

/// <summary>Checks <see cref="CdcEngineOptions"/> once, when the engine is created.</summary>
internal static class OptionsValidation
{
    public static void Validate(CdcEngineOptions options, ISource source)
    {
        Require(IsKey(options.Name), nameof(options.Name), options.Name,
            "a text without white space at its ends, control characters and halves of surrogate pairs: not every store keeps these apart");
        Require(options.MaxBatchSize >= 1, nameof(options.MaxBatchSize), options.MaxBatchSize, "at least 1");
        Require(options.MaxBufferedChanges >= 1, nameof(options.MaxBufferedChanges), options.MaxBufferedChanges, "at least 1");
        Require(options.MaxBufferedBytes >= 1, nameof(options.MaxBufferedBytes), options.MaxBufferedBytes, "at least 1");
        Require(Enum.IsDefined(options.Acknowledgement), nameof(options.Acknowledgement), options.Acknowledgement, "OnNext or Manual");
        Require(Enum.IsDefined(options.OnOffsetLost), nameof(options.OnOffsetLost), options.OnOffsetLost,
            string.Join(" or ", Enum.GetNames<OffsetLostPolicy>()));
        Require(options.LoggerFactory is not null, nameof(options.LoggerFactory), null,
            "a factory; NullLoggerFactory.Instance logs nothing");
        Require(options.TimeProvider is not null, nameof(options.TimeProvider), null, "a clock, such as TimeProvider.System");
        Require(options.CommitPolicy is not null, nameof(options.CommitPolicy), null, "a policy, such as CommitPolicy.Default");
        Require(options.Reconnect is not null, nameof(options.Reconnect), null, "a policy, such as ReconnectPolicy.Default");
        if (options.CommitPolicy is { } commit)
        {
            Require(commit.Changes >= 1, "CommitPolicy.Changes", commit.Changes, "at least 1");
            Require(commit.Interval > TimeSpan.Zero, "CommitPolicy.Interval", commit.Interval, "more than zero");
            Require(commit.MaxOverrun >= 1, "CommitPolicy.MaxOverrun", commit.MaxOverrun, "at least 1");
        }

        if (options.Reconnect is { } reconnect)
        {
            Require(reconnect.InitialDelay > TimeSpan.Zero, "Reconnect.InitialDelay", reconnect.InitialDelay, "more than zero");
            Require(reconnect.MaxDelay >= reconnect.InitialDelay && reconnect.MaxDelay <= TimeSpan.FromDays(1), "Reconnect.MaxDelay",
                reconnect.MaxDelay, $"at least InitialDelay ({reconnect.InitialDelay}) and at most a day");
            Require(reconnect.MaxAttempts is null or >= 0, "Reconnect.MaxAttempts", reconnect.MaxAttempts, "null or at least 0");
            Require(reconnect.MaxFirstAttempts is null or >= 0, "Reconnect.MaxFirstAttempts", reconnect.MaxFirstAttempts,
                "null or at least 0");
            Require(reconnect.Jitter is >= 0 and <= 1, "Reconnect.Jitter", reconnect.Jitter, "between 0 and 1");
            Require(reconnect.ResetAfter >= TimeSpan.Zero, "Reconnect.ResetAfter", reconnect.ResetAfter, "at least zero");
        }

        Require(options.Transforms is not null, nameof(options.Transforms), null, "a list of rules");
        _ = TransformSet.Create(options.Transforms ?? []);

        Require(options.OwnTables is not null, nameof(options.OwnTables), null, "a list of tables");
        foreach (var table in options.OwnTables ?? [])
        {
            Require(IsTable(table) || (IsName(table) && !table.Contains('.', StringComparison.Ordinal)), "OwnTables", table,
                "database.table or table, without wildcards");
        }

        if (options.Lease is { } lease)
        {
            Require(lease.Duration >= TimeSpan.FromMilliseconds(100) && lease.Duration <= TimeSpan.FromHours(1), "Lease.Duration",
                lease.Duration, "from 100 ms to one hour");
            Require(lease.Owner is null || !string.IsNullOrWhiteSpace(lease.Owner), "Lease.Owner", lease.Owner,
                "null or a text that is not blank");
        }

        if (options.TraceContext is { } trace)
        {
            Require(trace.Table is null || IsTable(trace.Table), "TraceContext.Table", trace.Table,
                "null or database.table without wildcards");
            Require(!string.IsNullOrWhiteSpace(trace.Column), "TraceContext.Column", trace.Column, "a text that is not blank");
            Require(!string.IsNullOrWhiteSpace(trace.StateColumn), "TraceContext.StateColumn", trace.StateColumn,
                "a text that is not blank");
        }

        Require(options.Liveness is not { Interval: var interval }
            || (interval >= TimeSpan.FromMilliseconds(100) && interval <= TimeSpan.FromDays(1)),
            "Liveness.Interval", options.Liveness?.Interval, "from 100 ms to one day");
        Require(options.Liveness is not { OnAlive: null }, "Liveness.OnAlive", null, "a function");
        Require(source.HeartbeatWriteInterval is not { } every || (every >= TimeSpan.FromSeconds(1) && every <= TimeSpan.FromDays(1)),
            "HeartbeatWrite.Interval", source.HeartbeatWriteInterval, "from one second to one day");
        Require(options.Snapshot is not null, nameof(options.Snapshot), null, "options, such as new SnapshotOptions()");
        if (options.Snapshot is { } snapshot)
        {
            Validate(snapshot, options, source);
        }

        if (options.StartFrom?.Offset is { } offset)
        {
            Require(offset.Connector == source.Connector, nameof(options.StartFrom), offset, $"an offset of a '{source.Connector}' source");
        }
    }

    private static void Validate(SnapshotOptions snapshot, CdcEngineOptions options, ISource source)
    {
        Require(Enum.IsDefined(snapshot.Mode), "Snapshot.Mode", snapshot.Mode, "a mode of SnapshotMode");
        Require(snapshot.Mode == SnapshotMode.Never || source is ISnapshotSource, "Snapshot.Mode", snapshot.Mode,
            $"Never, because a source of kind '{source.Connector}' cannot read tables");
        Require(snapshot.Policy is null || (snapshot.Mode == SnapshotMode.Never && source is ISnapshotSource), "Snapshot.Policy",
            snapshot.Policy, "null with a mode, and for a source that cannot read tables");
        Require(snapshot.Mode is SnapshotMode.Never or SnapshotMode.Incremental || options.StartFrom is null, "StartFrom",
            options.StartFrom, $"null with the snapshot mode {snapshot.Mode}, which decides where the stream begins");
        Require(snapshot.ChunkSize is >= 1 and <= 100_000, "Snapshot.ChunkSize", snapshot.ChunkSize, "from 1 to 100,000");
        Require(snapshot.Readers is >= 1 and <= 32, "Snapshot.Readers", snapshot.Readers, "from 1 to 32");
        Require(snapshot.MaxRowsPerSecond is null or >= 1, "Snapshot.MaxRowsPerSecond", snapshot.MaxRowsPerSecond, "null or at least 1");
        Require(snapshot.ChunkDuration > TimeSpan.Zero, "Snapshot.ChunkDuration", snapshot.ChunkDuration, "more than zero");
        Require(snapshot.MaxRunningThreads is null or >= 1, "Snapshot.MaxRunningThreads", snapshot.MaxRunningThreads, "null or at least 1");
        Require(snapshot.MaxReplicaLag is null || snapshot.MaxReplicaLag >= TimeSpan.Zero, "Snapshot.MaxReplicaLag",
            snapshot.MaxReplicaLag, "null or at least zero");
        Require(snapshot.Signals is not null, "Snapshot.Signals", null, "a list of channels");
        Require((snapshot.Signals is null or [] && snapshot.SignalTable is null) || source is ISnapshotSource, "Snapshot.Signals",
            snapshot.SignalTable ?? "a list", $"none, because a source of kind '{source.Connector}' cannot read tables");
        Require(snapshot.Signals is null || snapshot.Signals.Select(static channel => channel.Name).Distinct(StringComparer.Ordinal).Count()
            == snapshot.Signals.Count, "Snapshot.Signals", "a list", "channels with different names");
        Require(snapshot.SignalTable is null || IsTable(snapshot.SignalTable), "Snapshot.SignalTable", snapshot.SignalTable,
            "null or database.table without wildcards");
        Require(!snapshot.WritesWatermarks || snapshot.SignalTable is not null, "Snapshot.WritesWatermarks", true,
            "false without a SignalTable, into which they are written");
        Require(!snapshot.ReadsNewTables || source is ISnapshotSource, "Snapshot.ReadsNewTables", true,
            $"false, because a source of kind '{source.Connector}' cannot read tables");
        Require(snapshot.Tables is not null, "Snapshot.Tables", null, "a list of patterns");
        foreach (var table in snapshot.Tables ?? [])
        {
            Require(IsPattern(table, out var why), "Snapshot.Tables", table, $"patterns of tables ({why})");
        }

        Require(snapshot.Tables is null or [] || snapshot.Mode != SnapshotMode.Never || snapshot.Policy is not null
            || snapshot.ReadsNewTables || options.OnOffsetLost == OffsetLostPolicy.Resnapshot, "Snapshot.Tables", "a list",
            "an empty list with the snapshot mode Never and without ReadsNewTables, which read no tables");
        Require(options.OnOffsetLost != OffsetLostPolicy.Resnapshot || source is ISnapshotSource, "OnOffsetLost", options.OnOffsetLost,
            $"another policy, because a source of kind '{source.Connector}' cannot read tables");
    }

    // Databases ignore spaces at the end of a key, or write a half of a pair as a question mark: two engines would share one offset.
    private static bool IsKey([NotNullWhen(true)] string? name)
        => !string.IsNullOrWhiteSpace(name) && !char.IsWhiteSpace(name[0]) && !char.IsWhiteSpace(name[^1])
            && !name.Any(char.IsControl) && !name.EnumerateRunes().Contains(Rune.ReplacementChar);

    private static bool IsTable(string name)
        => IsName(name) && name.IndexOf('.', StringComparison.Ordinal) is > 0 and var point && point < name.Length - 1;

    private static bool IsPattern(string pattern, out string why)
    {
        try
        {
            _ = new TableFilter([pattern], []);
            why = "";
            return true;
        }
        catch (ArgumentException e)
        {
            why = e.Message;
            return false;
        }
    }

    private static bool IsName(string name) => !string.IsNullOrWhiteSpace(name) && !name.AsSpan().ContainsAny("*?`");

    private static void Require(bool condition, string property, object? value, string allowed)
    {
        if (!condition)
        {
            var shown = value is null ? "null" : string.Create(CultureInfo.InvariantCulture, $"'{value}'");
            throw new ArgumentException($"{property} is {shown}; allowed is {allowed}.");
        }
    }
}
