namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>What a rows event did to its rows.</summary>
internal enum RowsOperation : byte
{
    /// <summary>Inserted: one image per row, the state after.</summary>
    Write,

    /// <summary>Updated: two images per row, before and after.</summary>
    Update,

    /// <summary>Deleted: one image per row, the state before.</summary>
    Delete,
}
