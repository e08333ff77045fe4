namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Where a document comes from.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Collection">Its collection.</param>
/// <param name="Position">The position in the stream; null for a document that a snapshot has read.</param>
/// <param name="Start">Where the document begins, or the change event around it.</param>
/// <param name="IsEvent">True if a change event begins there.</param>
internal sealed record DocumentOrigin(string Database, string Collection, string? Position, int Start, bool IsEvent);
