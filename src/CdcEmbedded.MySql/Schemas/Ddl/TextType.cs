namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A type of text as a definition writes it, until the definition's end shows its character set.</summary>
/// <param name="Name">char, varchar, text and its sizes, enum or set.</param>
/// <param name="Size">The size in parentheses; null without one.</param>
internal sealed record TextType(string Name, int? Size)
{
    /// <summary>The labels of ENUM and SET.</summary>
    public IReadOnlyList<TextLabel> Labels { get; init; } = [];

    /// <summary>The character set that the definition names; null without one.</summary>
    public string? CharacterSet { get; set; }

    /// <summary>The character set of the collation that the definition names; null without one.</summary>
    public string? CollationCharacterSet { get; set; }

    /// <summary>The character set of a type that does not take the table's; null for one that does.</summary>
    public string? DefaultCharacterSet { get; init; }

    /// <summary>True for types of the national character set.</summary>
    public bool IsNational { get; init; }
}
