namespace CdcEmbedded.Sources;

/// <summary>Makes the items that a feed adds to its batches, besides changes.</summary>
public static class StreamItems
{
    /// <summary>The source is alive, and everything up to a position has been read.</summary>
    /// <param name="position">The position to resume from.</param>
    public static Heartbeat Heartbeat(SourcePosition position) => new(position);

    /// <summary>Something is missing or has gone wrong at a position, and reading continues, because an option says so.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="message">What happened in detail, and what to do; without row contents.</param>
    /// <param name="position">The position to resume from.</param>
    /// <param name="database">The database that it concerns; empty for none or all.</param>
    /// <param name="table">The table or collection that it concerns; empty for none or all.</param>
    /// <param name="source">Where it comes from; null if that is no event of the log.</param>
    public static Notice Notice(NoticeKind kind, string message, SourcePosition position, string database = "", string table = "",
        SourceInfo? source = null)
        => new(kind, message, position) { Database = database, Table = table, Source = source };

    /// <summary>Something happened to a table or database as a whole.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="operation">The same in the source's own term.</param>
    /// <param name="source">Where it comes from, with the time, the database, and the table (empty where a whole
    /// database is meant).</param>
    /// <param name="position">The position to resume from.</param>
    /// <param name="newName">Of a rename the new database and table; else null.</param>
    /// <param name="schema">The table's columns after it; null where the table is gone, and where the source does not know them.</param>
    /// <param name="details">What else the source reports of it; no record where that is nothing.</param>
    public static SchemaChange SchemaChange(SchemaChangeKind kind, string operation, SourceInfo source, SourcePosition position,
        (string? Database, string? Table) newName = default, TableSchema? schema = null, DataRecord details = default)
        => new(kind, operation, source, position) { NewDatabase = newName.Database, NewTable = newName.Table, Schema = schema,
            Details = details };
}
