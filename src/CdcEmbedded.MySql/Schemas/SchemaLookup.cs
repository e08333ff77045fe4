namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a look-up of a table found.</summary>
/// <param name="Definition">The table as it was at the position asked for; null where that is not known.</param>
/// <param name="Reason">Why it is not known; empty where it is.</param>
internal readonly record struct SchemaLookup(TableDefinition? Definition, string Reason);
