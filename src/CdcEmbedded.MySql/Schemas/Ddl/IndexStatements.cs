namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>CREATE UNIQUE INDEX and DROP INDEX, as far as they show in row events.</summary>
/// <param name="changes">Applies them.</param>
/// <param name="tokens">The words after INDEX.</param>
/// <param name="context">The session's settings.</param>
internal sealed class IndexStatements(CatalogueChanges changes, SqlTokens tokens, StatementContext context)
{
    /// <summary>CREATE UNIQUE INDEX name [USING type] ON t (columns) of MariaDB: other indexes show in no row event.</summary>
    public void ReadCreateUnique()
    {
        tokens.TryTake("IF", "NOT", "EXISTS");
        tokens.TakeName();
        var keys = new TableKeys { HasHash = tokens.TryTake("USING", "HASH") };
        while (!tokens.TryTake("ON"))
        {
            if (tokens.IsAtEnd)
            {
                throw SqlTokens.Unexpected("ON", tokens.Peek());
            }

            tokens.Take();
        }

        var (database, table) = tokens.TakeTable(context.Database);
        keys.HasHash |= TableElementReader.ReadKey(tokens, keys.Unique);
        if (changes.Catalogue.Find(database, table) is { MayHashKeys: false } known)
        {
            var draft = TableDraft.Of(known);
            keys.AddTo(draft, isMariaDb: true);
            if (draft.MayHashKeys)
            {
                changes.Define(TableChangeKind.Alter, database, table, () => draft.ToDefinition(database, table));
            }
        }
    }

    /// <summary>DROP INDEX `PRIMARY` ON t drops the primary key; other indexes show in no row event.</summary>
    public void ReadDrop()
    {
        tokens.TryTake("IF", "EXISTS");
        if (!tokens.TakeName().Equals("PRIMARY", StringComparison.OrdinalIgnoreCase) || !tokens.TryTake("ON"))
        {
            return;
        }

        var (database, table) = tokens.TakeTable(context.Database);
        if (changes.Catalogue.Find(database, table) is { } known)
        {
            var draft = TableDraft.Of(known);
            draft.Key.Clear();
            changes.Define(TableChangeKind.Alter, database, table, () => draft.ToDefinition(database, table));
        }
        else if (changes.Catalogue.MayLack)
        {
            changes.Define(TableChangeKind.Alter, database, table, () => throw new SqlUnreadableException("the table is not known"));
        }
    }
}
