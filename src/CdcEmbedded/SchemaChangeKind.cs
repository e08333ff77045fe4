namespace CdcEmbedded;

/// <summary>What a <see cref="SchemaChange"/> did, as far as all sources have it in common.</summary>
public enum SchemaChangeKind : byte
{
    /// <summary>Something that has no name here: <see cref="SchemaChange.Operation"/> has the source's own.</summary>
    Other = 0,

    /// <summary>A table or collection came into being.</summary>
    Create,

    /// <summary>A table or collection was altered: columns, indexes, options.</summary>
    Alter,

    /// <summary>A table or collection is gone, with its rows, which are not told one by one.</summary>
    Drop,

    /// <summary>A table or collection has another name: <see cref="SchemaChange.NewDatabase"/>, <see cref="SchemaChange.NewTable"/>.</summary>
    Rename,

    /// <summary>A database is gone, with its tables.</summary>
    DropDatabase,

    /// <summary>What the stream was opened on is gone: a stream of the source ends here.</summary>
    Invalidate,
}
