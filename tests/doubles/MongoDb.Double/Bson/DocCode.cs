namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>JavaScript code.</summary>
/// <param name="Code">The source text.</param>
/// <param name="Scope">Its variables, or null for code without scope.</param>
public sealed record DocCode(string Code, Doc? Scope = null);
