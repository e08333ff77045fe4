namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>The deprecated pointer to a document.</summary>
/// <param name="Namespace">The collection.</param>
/// <param name="Id">The document.</param>
public sealed record DocPointer(string Namespace, DocId Id);
