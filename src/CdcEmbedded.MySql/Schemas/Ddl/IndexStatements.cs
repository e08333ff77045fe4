namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>CREATE INDEX and DROP INDEX: they may change which columns are a table's key, and how many columns its
/// row events have.</summary>
/// <param name="changes">Applies them.</param>
/// <param name="tokens">The words after INDEX.</param>
/// <param name="context">The session's settings.</param>
internal sealed class IndexStatements(CatalogueChanges changes, SqlTokens tokens, StatementContext context)
{
    /// <summary>CREATE INDEX name [USING type] ON t (columns).</summary>
    /// <param name="isUnique">True for UNIQUE.</param>
    /// <param name="isReplacing">True for MariaDB's OR REPLACE.</param>
    public void ReadCreate(bool isUnique, bool isReplacing)
    {
        var isOptional = tokens.TryTake("IF", "NOT", "EXISTS");
        var key = new NewKey(tokens.TakeName(), isUnique) { IsOptional = isOptional, Replaces = isReplacing };
        while (!tokens.TryTake("ON"))
        {
            if (tokens.IsAtEnd)
            {
                throw SqlTokens.Unexpected("ON", tokens.Peek());
            }

            key.IsHash |= tokens.Take().Is("HASH");
        }

        var (database, table) = tokens.TakeTable(context.Database);
        if (changes.Catalogue.Find(database, table) is not { } known)
        {
            return;
        }

        changes.Define(TableChangeKind.Alter, database, table, () =>
        {
            TableElementReader.ReadParts(tokens, key);
            var draft = TableDraft.Of(known);
            draft.ForgetHashes();
            var keys = new TableKeys();
            keys.Add(key);
            keys.AddTo(draft, context.IsMariaDb);
            return draft.ToDefinition(database, table);
        });
    }

    /// <summary>DROP INDEX name ON t.</summary>
    public void ReadDrop()
    {
        tokens.TryTake("IF", "EXISTS");
        var name = tokens.TakeName();
        if (!tokens.TryTake("ON"))
        {
            return;
        }

        var (database, table) = tokens.TakeTable(context.Database);
        if (changes.Catalogue.Find(database, table) is { } known)
        {
            changes.Define(TableChangeKind.Alter, database, table, () =>
            {
                var draft = TableDraft.Of(known);
                draft.RemoveKey(name);
                draft.ForgetHashes();
                new TableKeys().AddTo(draft, context.IsMariaDb);
                return draft.ToDefinition(database, table);
            });
        }
        else if (changes.Catalogue.MayLack && KeyDefinition.IsPrimaryName(name))
        {
            changes.Define(TableChangeKind.Alter, database, table, () => throw new SqlUnreadableException("the table is not known"));
        }
    }
}
