namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>The character sets that a table gives its texts.</summary>
/// <param name="Default">That of texts that name none; null where not known.</param>
/// <param name="Forced">That which CONVERT TO gives all of them but bytes; null without it.</param>
internal readonly record struct CharacterSets(string? Default, string? Forced)
{
    /// <summary>Those of a table.</summary>
    public static CharacterSets Of(TableDraft table) => new(table.CharacterSet, table.ForcedCharacterSet);
}
