namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>CREATE and ALTER SEQUENCE of MariaDB: a sequence is a table of one row.</summary>
/// <param name="changes">Applies them.</param>
/// <param name="tokens">The words after SEQUENCE.</param>
/// <param name="context">The session's settings.</param>
internal sealed class SequenceStatements(CatalogueChanges changes, SqlTokens tokens, StatementContext context)
{
    /// <summary>CREATE SEQUENCE.</summary>
    /// <param name="isReplacing">True for OR REPLACE.</param>
    public void ReadCreate(bool isReplacing)
    {
        var isOptional = tokens.TryTake("IF", "NOT", "EXISTS");
        var (database, table) = tokens.TakeTable(context.Database);
        if (isReplacing && changes.HasFailed)
        {
            changes.Drop(database, table, isOptional: true, isCertain: true);
        }
        else if (!isOptional || isReplacing || changes.Creates(database, table))
        {
            Define(TableChangeKind.Create, database, table, "bigint");
        }
    }

    /// <summary>ALTER SEQUENCE s: only AS shows in row events.</summary>
    public void ReadAlter()
    {
        var isOptional = tokens.TryTake("IF", "EXISTS");
        var (database, table) = tokens.TakeTable(context.Database);
        if (!isOptional || !changes.Catalogue.IsAbsent(database, table))
        {
            Define(TableChangeKind.Alter, database, table,
                changes.Catalogue.Find(database, table) is { Columns: [{ TypeText: var type }, ..] } ? type : null);
        }
    }

    private void Define(TableChangeKind kind, string database, string table, string? type)
        => changes.Define(kind, database, table, () => SequenceReader.Read(tokens, type, context).ToDefinition(database, table));
}
