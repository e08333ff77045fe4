namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a look-up of a table found.</summary>
/// <param name="Definition">The table as it was at the place asked for; null where that cannot be told.</param>
/// <param name="Reason">Why it cannot be told; empty where it can.</param>
internal readonly record struct SchemaLookup(TableDefinition? Definition, string Reason);
