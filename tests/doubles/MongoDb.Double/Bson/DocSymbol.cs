namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>The deprecated symbol type.</summary>
/// <param name="Name">Its text.</param>
public sealed record DocSymbol(string Name);
