namespace CdcEmbedded.MySql.Schemas;

/// <summary>An index of a table, as far as it decides about the table's key and about MariaDB's hash columns. Immutable.</summary>
/// <param name="Name">Its name; <c>PRIMARY</c> for the primary key.</param>
/// <param name="IsUnique">True for the primary key and for UNIQUE.</param>
/// <param name="IsHash">True if it was made with USING HASH.</param>
/// <param name="Parts">Its columns in order, each with the length of the prefix that is indexed (0 for all of it). An expression has
/// an empty name.</param>
internal sealed record KeyDefinition(string Name, bool IsUnique, bool IsHash, IReadOnlyList<(string Column, int Prefix)> Parts)
{
    /// <summary>The primary key's name.</summary>
    public const string PrimaryName = "PRIMARY";

    /// <summary>True if it is the primary key.</summary>
    public bool IsPrimary => IsPrimaryName(Name);

    /// <summary>True if it is the name of the primary key.</summary>
    public static bool IsPrimaryName(string name) => name.Equals(PrimaryName, StringComparison.OrdinalIgnoreCase);
}
