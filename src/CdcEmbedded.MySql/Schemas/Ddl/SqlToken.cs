namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A piece of a statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A word as written, a quoted name or text without quotes and escapes, a symbol's one character; empty
/// at the end.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text)
{
    /// <summary>True if it is this keyword: names in quotes are none.</summary>
    public bool Is(string keyword) => Kind == SqlTokenKind.Word && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    public bool Is(char symbol) => Kind == SqlTokenKind.Symbol && Text[0] == symbol;

    public bool IsName => Kind is SqlTokenKind.Word or SqlTokenKind.Name;
}
