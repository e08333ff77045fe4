namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>A collection's full name. The database's name has no point; the collection's may have several.</summary>
internal static class CollectionName
{
    /// <summary>Splits <c>database.collection</c>; null if the text is none, or has wildcards or backticks.</summary>
    public static (string Database, string Collection)? Split(string? name)
        => name is not null && name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && dot < name.Length - 1
            && !string.IsNullOrWhiteSpace(name) && !name.AsSpan().ContainsAny("*?`") ? (name[..dot], name[(dot + 1)..]) : null;

    /// <summary>The pattern that matches one collection, whatever its name contains.</summary>
    public static string Pattern(string database, string collection) => $"`{database}`.`{collection}`";
}
