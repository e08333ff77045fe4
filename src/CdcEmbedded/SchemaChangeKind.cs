namespace CdcEmbedded;

/// <summary>What a <see cref="SchemaChange"/> did, in the terms that all sources share.</summary>
public enum SchemaChangeKind : byte
{
    /// <summary>Something without a common term: <see cref="SchemaChange.Operation"/> has the source's own.</summary>
    Other = 0,

    /// <summary>A table or collection was created.</summary>
    Create,

    /// <summary>A table or collection was altered: columns, indexes, options.</summary>
    Alter,

    /// <summary>A table or collection was dropped with its rows, which are not delivered one by one.</summary>
    Drop,

    /// <summary>A table or collection was renamed: <see cref="SchemaChange.NewDatabase"/>, <see cref="SchemaChange.NewTable"/>.</summary>
    Rename,

    /// <summary>A database was dropped with its tables.</summary>
    DropDatabase,

    /// <summary>What the stream was opened on is gone: a stream of the source ends here.</summary>
    Invalidate,

    /// <summary>Rows of the table were removed or added with a partition or a tablespace, and are not in the log: no change is delivered
    /// for them. Read the table again. The statement is in the source's information.</summary>
    PartitionDataLoss,
}
