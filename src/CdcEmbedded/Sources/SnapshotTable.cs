namespace CdcEmbedded.Sources;

/// <summary>A table as a snapshot reads it. Adapters derive from it and keep there what their statements need. Immutable; needs
/// no open connection.</summary>
public abstract class SnapshotTable
{
    /// <summary>Creates it.</summary>
    /// <param name="database">The database, as the log's changes name it.</param>
    /// <param name="name">The table or collection, as the log's changes name it.</param>
    protected SnapshotTable(string database, string name)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(name);
        Database = database;
        Name = name;
    }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>The table or collection.</summary>
    public string Name { get; }

    /// <summary>Database and table, separated by a point.</summary>
    public string FullName => Database + "." + Name;

    /// <summary>About how many rows it has; null if the source cannot say.</summary>
    public virtual long? EstimatedRows => null;

    /// <summary>Why it cannot be read in chunks beside the stream, such as a table without a key, or a server that gives no watermark, and
    /// what to do; null if it can be read.</summary>
    public virtual string? ChunkRefusal => null;

    /// <summary>Why it cannot be read in a <see cref="ConsistentView"/>; null if it can be read.</summary>
    public virtual string? ViewRefusal => null;

    /// <summary>What the keys consist of: a text that changes if stored keys and places can no longer be used, because the key has other
    /// columns or they are ordered in another way. The table is then read from its start.</summary>
    /// <value>Empty, the default, if that never happens.</value>
    public virtual string KeyShape => "";

    /// <summary>True if the places of rows have more than their keys, such as a column by which they are ordered first. A change may then
    /// move a row without changing its key.</summary>
    /// <value>The default is false.</value>
    public virtual bool HasOtherOrder => false;

    /// <summary>True if several readers of a <see cref="ConsistentView"/> can read it at once, each a range of its rows:
    /// <see cref="ConsistentView.FindBoundAsync"/>.</summary>
    /// <value>The default is false.</value>
    public virtual bool IsDivisible => false;

    /// <summary>The key of a row, by which a change finds the row that it concerns: exactly the stored values, and the same text whether
    /// the record was read or is from the log.</summary>
    /// <remarks>Called for each change of the table while it is read; for rows only if they are looked for.</remarks>
    /// <param name="record">A row, or the key, before or after record of a change of this table.</param>
    /// <returns>Null if the record lacks a column of the key.</returns>
    public abstract SnapshotKey? KeyOf(DataRecord record);

    /// <summary>Describes where a read row comes from, in the source's own terms.</summary>
    /// <param name="row">What is known of the row. The adapter's own terms come from its position.</param>
    public virtual SourceInfo DescribeRow(in SnapshotRowOrigin row) => new()
    {
        Connector = row.Position.Connector,
        Name = row.Engine,
        Timestamp = row.ReadAt,
        Database = Database,
        Table = Name,
        Snapshot = row.Marker,
    };

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
