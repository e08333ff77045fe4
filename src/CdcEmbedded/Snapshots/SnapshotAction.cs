using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>What the machine asks the source for; the answer names it.</summary>
internal enum SnapshotActionKind
{
    ListTables,
    FindTable,
    Pace,
    TakeLow,
    ReadLastKey,
    ReadChunk,
    ReadKeys,
    TakeHigh,
    OpenView,
    Wait,
}

/// <summary>One thing to do outside of the machine.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Number">Names it: the answer to an action that was given up is ignored.</param>
internal sealed record SnapshotAction(SnapshotActionKind Kind, long Number)
{
    public ImmutableArray<string> Patterns { get; init; } = [];

    /// <summary>Of a view: the snapshot that it is for.</summary>
    public SnapshotJob? Job { get; init; }

    public string Database { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Of a look at a table: the column by which it is read before its key.</summary>
    public string? SurrogateKey { get; init; }

    public SnapshotTable? Table { get; init; }

    public SnapshotKey? After { get; init; }

    public SnapshotKey? UpTo { get; init; }

    public ImmutableArray<SnapshotKey> Keys { get; init; } = [];

    public int Limit { get; init; }

    public string? Condition { get; init; }

    /// <summary>Of a wait: the failures in a row, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Of a wait: true if it is for a commit to become visible, which takes milliseconds.</summary>
    public bool IsForVisibility { get; init; }

    public SnapshotTable RequiredTable => Table ?? throw new InvalidOperationException($"A {Kind} needs a table.");
}
