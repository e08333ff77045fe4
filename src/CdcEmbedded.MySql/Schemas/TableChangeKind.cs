namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a statement did to a table or database.</summary>
internal enum TableChangeKind
{
    Create,
    Alter,
    Drop,
    Rename,
    Truncate,
    CreateDatabase,
    AlterDatabase,
    DropDatabase,

    /// <summary>A statement changes tables, but its words cannot be read: every table is changed whose name is in its text.</summary>
    Unreadable,

    /// <summary>Rows were removed or added with a partition or a tablespace; the log does not have them (R26).</summary>
    PartitionDataLoss,
}
