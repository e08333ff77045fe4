using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What one statement of the log, or one look-up, did to the known tables.</summary>
/// <param name="Place">Where in the log it became so.</param>
/// <param name="Tables">The tables that it set, took away, or made unknown.</param>
/// <param name="Databases">The databases whose default character set it set, or took away (null).</param>
internal sealed record SchemaVersion(TransactionMark Place, IReadOnlyList<TableVersion> Tables,
    IReadOnlyList<(string Database, string? CharacterSet)> Databases);
