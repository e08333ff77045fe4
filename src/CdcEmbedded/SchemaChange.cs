using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Something happened to a table or database as a whole, at this place of the stream.</summary>
/// <remarks>Immutable; may be kept and read from any thread.</remarks>
public sealed class SchemaChange : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="operation">The same in the source's own term.</param>
    /// <param name="source">Where it comes from, with the time, the database, and the table (empty where a whole database is meant).</param>
    /// <param name="position">Where reading goes on.</param>
    internal SchemaChange(SchemaChangeKind kind, string operation, SourceInfo source, SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(source);
        Kind = kind;
        Operation = operation;
        Source = source;
        _state = new ItemState(position);
    }

    /// <summary>What happened.</summary>
    public SchemaChangeKind Kind { get; }

    /// <summary>The same in the source's own term, such as MongoDB's <c>createIndexes</c>.</summary>
    public string Operation { get; }

    /// <summary>Where it comes from, in the source's own terms.</summary>
    public SourceInfo Source { get; }

    /// <summary>The database; empty where the source names none.</summary>
    public string Database => Source.Database;

    /// <summary>The table or collection; empty where a whole database is meant.</summary>
    public string Table => Source.Table;

    /// <summary>When it happened, as exactly as the source's log tells, in UTC.</summary>
    public DateTimeOffset Timestamp => Source.Timestamp;

    /// <summary>Of a rename the new name's database; else null.</summary>
    public string? NewDatabase { get; init; }

    /// <summary>Of a rename the new name; else null.</summary>
    public string? NewTable { get; init; }

    /// <summary>The table's columns after it; null where the table is gone, and where the source does not tell them.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>What the source tells of it beyond this; no record where it tells nothing.</summary>
    public DataRecord Details { get; init; }

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => Table.Length > 0 ? $"{Operation} {Database}.{Table}" : $"{Operation} {Database}".TrimEnd();
}
