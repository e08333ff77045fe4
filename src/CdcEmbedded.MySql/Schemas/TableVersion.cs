namespace CdcEmbedded.MySql.Schemas;

/// <summary>What became of a table.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Table">Its name.</param>
/// <param name="Definition">Its columns; null where it is gone, or they are not known.</param>
/// <param name="IsUnknown">Whether it is there, with columns that are not known.</param>
internal readonly record struct TableVersion(string Database, string Table, TableDefinition? Definition, bool IsUnknown);
