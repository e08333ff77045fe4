namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>An index that a statement adds.</summary>
/// <param name="Name">Its name; empty if the server chooses one.</param>
/// <param name="IsUnique">True for the primary key and for UNIQUE.</param>
internal sealed record NewKey(string Name, bool IsUnique)
{
    /// <summary>What it is other than UNIQUE: PRIMARY, FULLTEXT, SPATIAL, VECTOR, or empty.</summary>
    public string Kind { get; init; } = KeyDefinition.IsPrimaryName(Name) ? KeyDefinition.PrimaryName : "";

    /// <summary>True for USING HASH.</summary>
    public bool IsHash { get; set; }

    /// <summary>True for IF NOT EXISTS.</summary>
    public bool IsOptional { get; set; }

    /// <summary>True for OR REPLACE.</summary>
    public bool Replaces { get; init; }

    /// <summary>The names of its columns (empty for an expression), each with the length of the prefix that is indexed.</summary>
    public List<(string Column, int Prefix)> Parts { get; } = [];
}
