using CdcEmbedded;

namespace CdcTail;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    /// <summary>The MySQL server's connection string; null if something else is read.</summary>
    public string? MySql { get; init; }

    /// <summary>The MongoDB deployment's connection string; null if something else is read.</summary>
    public string? MongoDb { get; init; }

    /// <summary>True if a server is read, so that more may come.</summary>
    public bool IsLive => MySql is not null || MongoDb is not null;

    /// <summary>The binlog files; empty if a server or the recordings are read.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Patterns of the tables or collections to read; empty for all.</summary>
    public required IReadOnlyList<string> Include { get; init; }

    /// <summary>Patterns of the tables or collections to skip.</summary>
    public required IReadOnlyList<string> Exclude { get; init; }

    /// <summary>Where to start; null leaves it to the source.</summary>
    public StartPosition? From { get; init; }

    /// <summary>The file that keeps offsets; null keeps them in memory.</summary>
    public string? OffsetsPath { get; init; }

    /// <summary>The name of the offset, which is also in the events.</summary>
    public required string Name { get; init; }

    /// <summary>How events are printed.</summary>
    public OutputFormat Format { get; init; }

    /// <summary>Rules of what is printed of the changes.</summary>
    public IReadOnlyList<Transform> Transforms { get; init; } = [];

    /// <summary>The most events to read.</summary>
    public long Limit { get; init; }

    /// <summary>True to stop at the end that the log had at the start.</summary>
    public bool UntilCaughtUp { get; init; }

    /// <summary>The most failed attempts to connect again; null leaves it to the program.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>True to print transaction boundaries and schema changes too.</summary>
    public bool Transactions { get; init; }

    /// <summary>True to print schema changes too.</summary>
    public bool SchemaChanges { get; init; }

    /// <summary>True to count events instead of printing them.</summary>
    public bool Stats { get; init; }

    /// <summary>True if there is not a single word on the command line.</summary>
    public bool IsPlain { get; init; }

    /// <summary>When tables are read besides their changes.</summary>
    public SnapshotMode Snapshot { get; init; }

    /// <summary>Patterns of the tables that the snapshot reads; empty for all.</summary>
    public IReadOnlyList<string> SnapshotTables { get; init; } = [];

    /// <summary>The file from which signals are read; null for none.</summary>
    public string? SignalFile { get; init; }

    /// <summary>True for more log lines, and stack traces.</summary>
    public bool Verbose { get; init; }
}
