namespace CdcEmbedded.MySql.Schemas.Ddl;

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

    /// <summary>Rows went or came with a partition or a tablespace, without a word of them in the log (R26).</summary>
    PartitionDataLoss,
}
