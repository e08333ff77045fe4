using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>One small case, of which every interleaving is run.</summary>
/// <param name="Start">The keys of the first rows.</param>
/// <param name="Script">What the writer does: see <see cref="ModelScript"/>.</param>
internal sealed record ModelCase(string Start, string Script)
{
    public int ChunkSize { get; init; } = 1;

    /// <summary>How often the process may be killed.</summary>
    public int Crashes { get; init; }

    /// <summary>How often the feed may be reopened.</summary>
    public int Reopenings { get; init; }

    /// <summary>How often the snapshot may be paused, and resumed.</summary>
    public int Pauses { get; init; }

    /// <summary>How often a read may fail.</summary>
    public int Failures { get; init; }

    /// <summary>How many more snapshots of the table may be requested.</summary>
    public int MoreRequests { get; init; }

    /// <summary>How often the snapshot may be stopped.</summary>
    public int Stops { get; init; }

    /// <summary>True if the consumer stores its copy and the offset in one transaction; else the copy keeps what was not
    /// acknowledged.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>What the model's server says of what is visible.</summary>
    public ModelWatermark Watermark { get; init; }

    /// <summary>True if HIGH is the end of the log; else it is what is visible for certain, and a read may have seen more. Scripts with
    /// partial images need the former.</summary>
    public bool HighIsLogEnd => Watermark == ModelWatermark.SignalRow || Script.AsSpan().IndexOfAny("pqh") >= 0;

    /// <summary>How many changed keys a window may remember.</summary>
    public int MaxTouched { get; init; } = 100;

    public SnapshotLimits Limits => new(ChunkSize, MaxTouched: MaxTouched);

    public override string ToString() => $"{Start}|{Script}, chunks of {ChunkSize}"
        + (Crashes > 0 ? $", {Crashes} crash{(IsTransactional ? " (transactional copy)" : "")}" : "")
        + (Reopenings > 0 ? $", {Reopenings} reopened" : "") + (Pauses > 0 ? $", {Pauses} pause" : "")
        + (Failures > 0 ? $", {Failures} failure" : "") + (MoreRequests > 0 ? $", {MoreRequests} more request" : "")
        + (Stops > 0 ? $", {Stops} stop" : "") + (Watermark == ModelWatermark.Executed ? "" : $", {Watermark}");
}
