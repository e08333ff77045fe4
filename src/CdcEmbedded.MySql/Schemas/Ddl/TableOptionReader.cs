namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads the options of a table that matter here: engine and default character set.</summary>
internal static class TableOptionReader
{
    /// <param name="tokens">Positioned at an option.</param>
    /// <param name="table">Gets what it says.</param>
    /// <param name="defaultCharacterSet">What CHARACTER SET DEFAULT means; null where it is not known.</param>
    /// <param name="context">The session's settings.</param>
    /// <returns>False where something else follows.</returns>
    public static bool TryRead(SqlTokens tokens, TableDraft table, string? defaultCharacterSet, in StatementContext context)
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
            (table.CharacterSet, table.NamesCharacterSet) = (characterSet ?? defaultCharacterSet, true);
            return true;
        }

        if (tokens.TryTake("COLLATE"))
        {
            tokens.TryTake('=');
            if (context.IsBeforeMySql80 && tokens.TryTake("DEFAULT"))
            {
                // There it means both the default collation and its character set; on MariaDB the collation alone.
                (table.CharacterSet, table.NamesCharacterSet) = (defaultCharacterSet, true);
                return true;
            }

            var ofCollation = TextTypeReader.CharacterSetOf(tokens.TakeName());
            table.CharacterSet = ofCollation ?? table.CharacterSet;
            table.NamesCharacterSet |= ofCollation is not null;
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
