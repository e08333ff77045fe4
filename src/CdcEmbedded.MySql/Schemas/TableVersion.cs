namespace CdcEmbedded.MySql.Schemas;

/// <summary>The state of a table after a statement.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Table">Its name.</param>
/// <param name="Definition">Its columns; null where it was dropped, or they are not known.</param>
/// <param name="IsUnknown">True if it exists, with columns that are not known.</param>
internal readonly record struct TableVersion(string Database, string Table, TableDefinition? Definition, bool IsUnknown);
