namespace CdcEmbedded;

/// <summary>Which part of a snapshot a change is, as Debezium's <c>source.snapshot</c> says it.</summary>
public enum SnapshotMarker : byte
{
    /// <summary>It is from the log, not from a snapshot: <c>false</c>.</summary>
    None,

    /// <summary>A row of a consistent snapshot: <c>true</c>.</summary>
    Row,

    /// <summary>The first row of a consistent snapshot: <c>first</c>.</summary>
    First,

    /// <summary>The first row of a table in a consistent snapshot: <c>first_in_data_collection</c>.</summary>
    FirstInTable,

    /// <summary>The last row of a table in a consistent snapshot: <c>last_in_data_collection</c>.</summary>
    LastInTable,

    /// <summary>The last row of a consistent snapshot: <c>last</c>.</summary>
    Last,

    /// <summary>A row that was read in a window beside the stream: <c>incremental</c>.</summary>
    Incremental,

    /// <summary>A row of a snapshot for which the stream was paused: <c>blocking</c>.</summary>
    Blocking,
}
