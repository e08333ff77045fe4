namespace CdcEmbedded.Offsets;

/// <summary>How many changes of a transaction concern one table or collection.</summary>
internal readonly record struct TableCount(string Database, string Table, long Count);
