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

    /// <summary>Rows were removed or added with a partition or a tablespace; the log does not have them (R26).</summary>
    PartitionDataLoss,
}
