using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>A change of a table or database as a whole, at this position of the stream.</summary>
/// <remarks>Immutable; may be kept and read from any thread.</remarks>
public sealed class SchemaChange : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="operation">The same in the source's own term.</param>
    /// <param name="source">Where it comes from, with the time, the database, and the table (empty for a whole database).</param>
    /// <param name="position">The position to resume from.</param>
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

    /// <summary>The database; empty if the source names none.</summary>
    public string Database => Source.Database;

    /// <summary>The table or collection; empty for a whole database.</summary>
    public string Table => Source.Table;

    /// <summary>When it happened, as exactly as the source's log says, in UTC.</summary>
    public DateTimeOffset Timestamp => Source.Timestamp;

    /// <summary>The database of the new name, for a rename; otherwise null.</summary>
    public string? NewDatabase { get; init; }

    /// <summary>The new name, for a rename; otherwise null.</summary>
    public string? NewTable { get; init; }

    /// <summary>The table's columns after the change; null if the table is gone, or if the source does not give them.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>Further details from the source; no record if it gives none.</summary>
    public DataRecord Details { get; init; }

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => Table.Length > 0 ? $"{Operation} {Database}.{Table}" : $"{Operation} {Database}".TrimEnd();
}
