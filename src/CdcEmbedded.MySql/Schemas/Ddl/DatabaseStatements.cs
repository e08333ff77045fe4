namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>CREATE, ALTER and DROP DATABASE.</summary>
/// <param name="changes">Applies them.</param>
/// <param name="tokens">The words after DATABASE.</param>
/// <param name="context">The session's settings.</param>
internal sealed class DatabaseStatements(CatalogueChanges changes, SqlTokens tokens, StatementContext context)
{
    /// <summary>CREATE DATABASE and ALTER DATABASE.</summary>
    /// <param name="kind">Which of the two.</param>
    /// <param name="isReplacing">True for MariaDB's OR REPLACE.</param>
    public void ReadDefinition(TableChangeKind kind, bool isReplacing)
    {
        var catalogue = changes.Catalogue;
        var isOptional = tokens.TryTake("IF", "NOT", "EXISTS");

        // ALTER DATABASE may name none: the default one is meant.
        var isNamed = tokens.Peek().IsName && !(kind == TableChangeKind.AlterDatabase && IsOption(tokens.Peek()));
        var name = isNamed ? tokens.TakeStoredName() : context.Database;
        var known = catalogue.CharacterSetOf(name);
        if (isOptional && known is not null)
        {
            return;
        }

        if (isOptional && !changes.MayCreate(catalogue.IsAbsent(name)))
        {
            changes.Add(new TableChange(kind, name, ""));
            return;
        }

        if (isReplacing)
        {
            catalogue.ForgetDatabase(name);
            changes.Add(new TableChange(TableChangeKind.DropDatabase, name, ""));
        }
        else if (kind == TableChangeKind.CreateDatabase)
        {
            catalogue.BeginDatabase(name);
        }

        if (ReadCharacterSet(kind == TableChangeKind.CreateDatabase ? context.DefaultCharacterSet : known) is { } characterSet)
        {
            catalogue.SetDatabase(name, characterSet);
        }
        else
        {
            catalogue.ForgetCharacterSet(name);
        }

        changes.Add(new TableChange(kind, name, ""));
    }

    /// <summary>DROP DATABASE.</summary>
    public void ReadDrop()
    {
        tokens.TryTake("IF", "EXISTS");
        var name = tokens.TakeStoredName();
        changes.Catalogue.ForgetDatabase(name);
        changes.Add(new TableChange(TableChangeKind.DropDatabase, name, ""));
    }

    /// <summary>The character set that the options say.</summary>
    /// <param name="otherwise">The one without such an option.</param>
    private string? ReadCharacterSet(string? otherwise)
    {
        var options = new TableDraft { CharacterSet = otherwise };
        while (!tokens.IsAtEnd)
        {
            if (!TableOptionReader.TryRead(tokens, options, context.DefaultCharacterSet, context))
            {
                tokens.Take();
            }
        }

        return options.CharacterSet;
    }

    private static bool IsOption(SqlToken token)
        => token.Is("CHARACTER") || token.Is("CHARSET") || token.Is("COLLATE") || token.Is("DEFAULT")
        || token.Is("READ") || token.Is("ENCRYPTION") || token.Is("UPGRADE") || token.Is("COMMENT");
}
