using System.Buffers;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>CREATE, ALTER, DROP, RENAME and TRUNCATE TABLE.</summary>
/// <param name="changes">Applies them.</param>
/// <param name="tokens">The words after TABLE.</param>
/// <param name="context">The session's settings.</param>
internal sealed class TableStatements(CatalogueChanges changes, SqlTokens tokens, StatementContext context)
{
    /// <summary>The characters of names that files have too.</summary>
    private static readonly SearchValues<char> PlainNames = SearchValues.Create("0123456789_"
        + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>CREATE TABLE.</summary>
    /// <param name="isReplacing">True for MariaDB's OR REPLACE.</param>
    public void ReadCreate(bool isReplacing)
    {
        var isOptional = tokens.TryTake("IF", "NOT", "EXISTS");
        var (database, table) = tokens.TakeTable(context.Database);
        if (isReplacing && changes.HasFailed)
        {
            // The old table was dropped before the new one failed.
            changes.Drop(database, table, isOptional: true, isCertain: true);
        }
        else if (!isOptional || isReplacing || changes.Creates(database, table))
        {
            changes.Define(TableChangeKind.Create, database, table, () => ReadLike(database, table)
                ?? CreateTableReader.Read(tokens, changes.CharacterSetOf(database, context), context).ToDefinition(database, table));
        }
    }

    /// <summary>ALTER TABLE.</summary>
    public void ReadAlter()
    {
        var isOptional = tokens.TryTake("IF", "EXISTS");
        var (database, table) = tokens.TakeTable(context.Database);
        SkipWait();
        var isWithoutEffect = IsMaintenance() && changes.Catalogue.Find(database, table) is null;
        if (!isWithoutEffect && (!isOptional || !changes.Catalogue.IsAbsent(database, table)))
        {
            Alter(database, table);
        }
    }

    /// <summary>DROP TABLE and DROP SEQUENCE.</summary>
    /// <param name="isSequence">True for DROP SEQUENCE, which leaves a table of that name.</param>
    public void ReadDrop(bool isSequence)
    {
        var isOptional = tokens.TryTake("IF", "EXISTS");
        do
        {
            var (database, table) = tokens.TakeTable(context.Database);
            if (!isSequence || changes.Catalogue.Find(database, table) is not { } known || SequenceReader.IsSequence(known))
            {
                changes.Drop(database, table, isOptional);
            }
        }
        while (tokens.TryTake(','));
    }

    /// <summary>RENAME TABLE.</summary>
    public void ReadRename()
    {
        var isOptional = tokens.TryTake("IF", "EXISTS");
        do
        {
            var (database, table) = tokens.TakeTable(context.Database);
            SkipWait();
            if (!tokens.TryTake("TO"))
            {
                throw SqlTokens.Unexpected("TO", tokens.Peek());
            }

            var (newDatabase, newTable) = tokens.TakeTable(context.Database);
            if (!isOptional || !changes.Catalogue.IsAbsent(database, table))
            {
                changes.Rename(database, table, newDatabase, newTable);
            }
        }
        while (tokens.TryTake(','));
    }

    /// <summary>TRUNCATE TABLE.</summary>
    public void ReadTruncate()
    {
        var (database, table) = tokens.TakeTable(context.Database);
        changes.Add(new TableChange(TableChangeKind.Truncate, database, table) { Definition = changes.Catalogue.Find(database, table) });
    }

    /// <summary>CREATE TABLE a LIKE b, or (LIKE b); null where columns follow.</summary>
    private TableDefinition? ReadLike(string database, string table)
    {
        var isInner = tokens.Peek().Is('(') && tokens.Peek(1).Is("LIKE");
        if (!isInner && !tokens.Peek().Is("LIKE"))
        {
            return null;
        }

        if (isInner)
        {
            tokens.Take();
        }

        tokens.Take();
        var (fromDatabase, from) = tokens.TakeTable(context.Database);
        var definition = changes.Catalogue.Find(fromDatabase, from)
            ?? throw new SqlUnreadableException($"it is like {fromDatabase}.{from}, which is not known");
        var draft = TableDraft.Of(definition);
        draft.ForgetHashes();
        new TableKeys().AddTo(draft, context.IsMariaDb);
        return draft.ToDefinition(database, table);
    }

    private void Alter(string database, string table)
    {
        var known = changes.Catalogue.Find(database, table);
        var reader = ReaderOf(new TableDraft(), database);
        var change = changes.Define(TableChangeKind.Alter, database, table, () =>
        {
            if (known is null)
            {
                throw new SqlUnreadableException("the table is not known");
            }

            // Read twice: new columns have the character set that the table has at the end, wherever the statement says it.
            var first = TableDraft.Of(known);
            ReaderOf(first, database).Read(tokens.Rest());
            var draft = TableDraft.Of(known);
            (draft.CharacterSet, draft.ForcedCharacterSet) = (first.CharacterSet, first.ForcedCharacterSet);
            reader = ReaderOf(draft, database);
            reader.Read(tokens.Rest());
            return draft.ToDefinition(database, table);
        });
        if (change.Definition is null)
        {
            // Its columns are not known; its new name and the other tables are.
            reader = ReaderOf(new TableDraft(), database);
            reader.ReadNames(tokens.Rest());
        }

        var partitions = reader.Partitions;
        if (partitions.MovesRows)
        {
            changes.Replace(change, change with { Kind = TableChangeKind.PartitionDataLoss });
        }

        if (partitions.Exchanged is { } other)
        {
            var definition = changes.Catalogue.Find(other.Database, other.Table);
            changes.Add(new TableChange(TableChangeKind.PartitionDataLoss, other.Database, other.Table) { Definition = definition });
        }

        if (partitions.Dropped is { } dropped)
        {
            changes.Drop(dropped.Database, dropped.Table, isOptional: false);
        }

        if (partitions.Created is { } created)
        {
            changes.Define(TableChangeKind.Create, created.Database, created.Table, () =>
                changes.Catalogue.Find(database, table)?.Renamed(created.Database, created.Table)
                ?? throw new SqlUnreadableException($"it was a partition of {database}.{table}, which is not known"));
        }

        if (reader.NewName is { } name)
        {
            changes.Rename(database, table, name.Database, name.Table);
            if (context.IsMariaDb && reader.IsCopying && table.AsSpan().ContainsAnyExcept(PlainNames))
            {
                // Seen on 10.11 and 11.8: where the server copies the table, the old one stays too if its file has another name than it.
                changes.Catalogue.MarkUnknown(database, table, $"it became {name.Database}.{name.Table}, but MariaDB may have kept it too");
            }
        }
    }

    private AlterTableReader ReaderOf(TableDraft draft, string database) => new(draft, context, changes.CharacterSetOf(database, context),
        ConversionDefaultOf(database));

    /// <summary>What DEFAULT means in CONVERT TO CHARACTER SET: on MariaDB that of the table's database, on MySQL the session's
    /// collation_database (sql/sql_yacc.yy), which is that of the default database if the session does not set it.</summary>
    private string? ConversionDefaultOf(string database) => context.IsMariaDb ? changes.CharacterSetOf(database, context)
        : context.DatabaseCharacterSet ?? (context.Database.Length > 0 ? changes.CharacterSetOf(context.Database, context)
            : context.DefaultCharacterSet);

    /// <summary>True for maintenance of partitions, which leaves columns as they are. It does not fail on a table that does not exist, and
    /// MySQL 5.6 logs it then too.</summary>
    private bool IsMaintenance() => tokens.Peek(1).Is("PARTITION") && (tokens.Peek().Is("ANALYZE") || tokens.Peek().Is("CHECK")
        || tokens.Peek().Is("OPTIMIZE") || tokens.Peek().Is("REPAIR"));

    /// <summary>MariaDB's WAIT n and NOWAIT.</summary>
    private void SkipWait()
    {
        if (tokens.TryTake("WAIT"))
        {
            tokens.TakeNumber();
        }
        else
        {
            tokens.TryTake("NOWAIT");
        }
    }
}
