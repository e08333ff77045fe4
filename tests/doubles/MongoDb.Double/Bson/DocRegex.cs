namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>A regular expression.</summary>
/// <param name="Pattern">Its pattern.</param>
/// <param name="Options">Its option letters.</param>
public sealed record DocRegex(string Pattern, string Options);
