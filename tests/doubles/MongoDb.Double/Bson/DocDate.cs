namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>A UTC date in milliseconds since 1970.</summary>
/// <param name="Milliseconds">May be negative.</param>
public readonly record struct DocDate(long Milliseconds);
