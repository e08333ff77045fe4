using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>How far a snapshot of one table is: what an offset stores of it (R69). Immutable.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table or collection.</param>
internal sealed record TableProgress(string Database, string Table)
{
    public SnapshotTableStatus Status { get; init; }

    /// <summary>The source's own condition for this table; null for that of the snapshot.</summary>
    public string? Condition { get; init; }

    /// <summary>The place of the last row when the reading began (R70); null before that.</summary>
    public SnapshotKey? UpTo { get; init; }

    /// <summary>The place after which rows are still to be read; null for all.</summary>
    public SnapshotKey? After { get; init; }

    /// <summary>Keys of rows to read again, because the stream had only a part of their columns.</summary>
    public ImmutableArray<SnapshotKey> Again { get; init; } = [];

    /// <summary>True if only the rows in <see cref="Again"/> are read, to repair a copy.</summary>
    public bool IsKeysOnly { get; init; }

    /// <summary>What the stored keys consist of: <see cref="SnapshotTable.KeyShape"/>.</summary>
    public string KeyShape { get; init; } = "";

    /// <summary>The number of rows delivered.</summary>
    public long Rows { get; init; }

    /// <summary>About how many rows it had when it was listed; null if unknown.</summary>
    public long? Estimate { get; init; }

    /// <summary>Why it failed; else null.</summary>
    public string? Reason { get; init; }

    public string FullName => Database + "." + Table;

    /// <summary>The same table, to be read from its start.</summary>
    public TableProgress AsNew => this with { UpTo = null, After = null, Again = [], KeyShape = "" };

    /// <summary>The same table when all of its rows have been delivered.</summary>
    public TableProgress AsCompleted => AsNew with { Status = SnapshotTableStatus.Completed };

    public bool IsOpen => Status is SnapshotTableStatus.Waiting or SnapshotTableStatus.Reading;
}
