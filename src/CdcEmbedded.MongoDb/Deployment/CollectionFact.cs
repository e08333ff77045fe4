namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>A captured collection.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>collection</c>, <c>view</c> or <c>timeseries</c>.</param>
/// <param name="KeepsImages">True if <c>changeStreamPreAndPostImages</c> is enabled.</param>
internal sealed record CollectionFact(string Database, string Name, string Type, bool KeepsImages)
{
    /// <summary>True if its size is limited, so that its oldest documents disappear.</summary>
    public bool IsCapped { get; init; }

    /// <summary>Its collation as extended JSON; null for the order of bytes.</summary>
    public string? Collation { get; init; }

    /// <summary>As <c>database.collection</c>.</summary>
    public string FullName => $"{Database}.{Name}";
}
