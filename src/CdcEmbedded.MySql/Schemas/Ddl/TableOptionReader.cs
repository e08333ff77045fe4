namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads the options of a table that matter here: engine and default character set.</summary>
internal static class TableOptionReader
{
    /// <returns>False where something else follows.</returns>
    public static bool TryRead(SqlTokens tokens, TableDraft table)
    {
        var isDefault = tokens.Peek().Is("DEFAULT")
            && (tokens.Peek(1).Is("CHARACTER") || tokens.Peek(1).Is("CHARSET") || tokens.Peek(1).Is("COLLATE")
            || tokens.Peek(1).Is("CHAR"));
        if (isDefault)
        {
            tokens.Take();
        }

        if (TextTypeReader.TryReadCharacterSet(tokens, out var characterSet))
        {
            table.CharacterSet = characterSet ?? table.CharacterSet;
            return true;
        }

        if (tokens.TryTake("COLLATE"))
        {
            tokens.TryTake('=');
            table.CharacterSet = TextTypeReader.CharacterSetOf(tokens.TakeName()) ?? table.CharacterSet;
            return true;
        }

        if (tokens.TryTake("ENGINE") || tokens.TryTake("TYPE"))
        {
            tokens.TryTake('=');
            table.Engine = tokens.TakeName().ToLowerInvariant();
            return true;
        }

        return false;
    }
}
