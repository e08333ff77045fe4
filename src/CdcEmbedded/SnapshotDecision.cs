namespace CdcEmbedded;

/// <summary>What an <see cref="ISnapshotPolicy"/> has decided. Immutable.</summary>
public sealed class SnapshotDecision
{
    /// <summary>Reads nothing. After a lost position <see cref="CdcEngineOptions.OnOffsetLost"/> says what happens.</summary>
    public static SnapshotDecision None { get; } = new();

    /// <summary>How the tables are read: <see cref="SnapshotMode.Never"/>, <see cref="SnapshotMode.Initial"/>,
    /// <see cref="SnapshotMode.InitialOnly"/> or <see cref="SnapshotMode.Incremental"/>. Only the first start, and one after a lost
    /// position, must begin with the tables; any other one with <see cref="SnapshotMode.Initial"/> skips what is between the offset and
    /// the view, whose rows have it.</summary>
    /// <value>The default is <see cref="SnapshotMode.Never"/>.</value>
    public SnapshotMode Mode { get; init; }

    /// <summary>Which tables, as patterns <c>database.table</c>.</summary>
    /// <value>Empty, the default, for all that the source captures.</value>
    public IReadOnlyList<string> Tables { get; init; } = [];
}
