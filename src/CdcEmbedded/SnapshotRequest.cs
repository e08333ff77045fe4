namespace CdcEmbedded;

/// <summary>A request to read tables, by default in chunks beside the stream.</summary>
public sealed class SnapshotRequest
{
    /// <summary>Its id. A second request with the same id changes nothing.</summary>
    /// <value>By default a new GUID.</value>
    public string Id { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>How the tables are read.</summary>
    /// <value>The default is <see cref="SnapshotKind.Incremental"/>; the other one is <see cref="SnapshotKind.Blocking"/>.</value>
    public SnapshotKind Kind { get; init; }

    /// <summary>Which tables, as patterns <c>database.table</c>.</summary>
    /// <value>Empty, the default, for all that the source captures.</value>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>A column by which the rows are read, before the table's own key: one by which the server reads faster, because it has an
    /// index on it, or which puts the rows in a wanted order.</summary>
    /// <remarks>Only for <see cref="SnapshotKind.Incremental"/>, with MySQL and MariaDB. The table needs a key of its own too, the column
    /// must be <c>NOT NULL</c>, and the server must log whole rows (<c>binlog_row_image=FULL</c>); a table for which this is not so is
    /// <see cref="SnapshotTableStatus.Failed"/> with the reason.</remarks>
    /// <value>Null, the default, for the key alone.</value>
    public string? SurrogateKey { get; init; }

    /// <summary>Reads only rows for which the source's own condition is true, such as an SQL expression.</summary>
    /// <remarks>It becomes part of the statement as it is: never take it from somebody who is not trusted.</remarks>
    /// <value>Null, the default, for all rows.</value>
    public string? Condition { get; init; }

    /// <summary>Conditions of single tables as <c>database.table</c>, each instead of <see cref="Condition"/>.</summary>
    /// <remarks>Like <see cref="Condition"/>, from trusted callers only.</remarks>
    /// <value>The default is empty.</value>
    public IReadOnlyDictionary<string, string> Conditions { get; init; } = new Dictionary<string, string>();
}
