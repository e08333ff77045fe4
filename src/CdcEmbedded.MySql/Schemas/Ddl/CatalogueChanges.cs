namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Applies what a statement does to a catalogue, and collects it. A table about which a statement cannot be understood for
/// certain becomes unknown.</summary>
/// <param name="catalogue">The known tables.</param>
/// <param name="errorCode">The error with which the statement ended; 0 for none.</param>
internal sealed class CatalogueChanges(SchemaCatalogue catalogue, int errorCode = 0)
{
    // DROP TABLE of tables some of which do not exist has dropped the others.
    private const int NoSuchTable = 1051;

    private readonly List<TableChange> _list = [];

    /// <summary>The known tables.</summary>
    public SchemaCatalogue Catalogue => catalogue;

    /// <summary>True if the statement ended with an error, and is in the log because it had done a part of its work.</summary>
    public bool HasFailed => errorCode != 0;

    /// <summary>What the statement changed so far.</summary>
    public IReadOnlyList<TableChange> List => _list;

    /// <summary>Adds a change that was applied.</summary>
    public void Add(TableChange change) => _list.Add(change);

    /// <summary>Gives a table new columns or, where they are not certain, makes it unknown.</summary>
    /// <param name="kind">What the statement does.</param>
    /// <param name="database">The table's database.</param>
    /// <param name="table">The table.</param>
    /// <param name="read">Reads the columns.</param>
    /// <returns>The change.</returns>
    public TableChange Define(TableChangeKind kind, string database, string table, Func<TableDefinition> read)
    {
        TableDefinition? definition = null;
        try
        {
            ThrowIfFailed();
            var columns = read();
            RefuseTwins(columns);
            definition = columns;
            catalogue.Set(definition);
        }
        catch (SqlUnreadableException e)
        {
            // Not swallowed: the table's next rows are looked up, or end the stream.
            catalogue.MarkUnknown(database, table, $"a statement could not be followed: {e.Message}");
        }

        var change = new TableChange(kind, database, table) { Definition = definition };
        _list.Add(change);
        return change;
    }

    /// <summary>No table has two columns of one name: such a statement failed, or was not understood.</summary>
    private static void RefuseTwins(TableDefinition definition)
    {
        var names = new HashSet<string>(definition.Columns.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var column in definition.Columns)
        {
            if (!names.Add(column.Name))
            {
                throw new SqlUnreadableException($"it gives two columns the name '{column.Name}'");
            }
        }
    }

    /// <summary>Replaces a change by another description of it.</summary>
    public void Replace(TableChange change, TableChange other) => _list[_list.IndexOf(change)] = other;

    /// <summary>Renames a table.</summary>
    public void Rename(string database, string table, string newDatabase, string newTable)
    {
        if (HasFailed)
        {
            Define(TableChangeKind.Alter, database, table, () => throw Failed());
            Define(TableChangeKind.Alter, newDatabase, newTable, () => throw Failed());
            return;
        }

        var definition = catalogue.Find(database, table)?.Renamed(newDatabase, newTable);
        catalogue.Forget(database, table);
        if (definition is null)
        {
            catalogue.MarkUnknown(newDatabase, newTable, $"it was renamed from {database}.{table}, which was not known");
        }
        else
        {
            catalogue.Set(definition);
        }

        _list.Add(new TableChange(TableChangeKind.Rename, database, table) { NewDatabase = newDatabase, NewTable = newTable,
            Definition = definition });
    }

    /// <summary>Drops a table.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="table">The table.</param>
    /// <param name="isOptional">True for IF EXISTS.</param>
    /// <param name="isCertain">True if it was dropped even though the statement failed.</param>
    public void Drop(string database, string table, bool isOptional, bool isCertain = false)
    {
        if (HasFailed && !isCertain && errorCode != NoSuchTable && !catalogue.IsAbsent(database, table))
        {
            Define(TableChangeKind.Alter, database, table, () => throw Failed());
            return;
        }

        if (!(isOptional || HasFailed) || !catalogue.IsAbsent(database, table))
        {
            _list.Add(new TableChange(TableChangeKind.Drop, database, table));
        }

        catalogue.Forget(database, table);
    }

    /// <summary>True if CREATE … IF NOT EXISTS creates a table. Where it is not certain, the table becomes unknown.</summary>
    public bool Creates(string database, string table)
    {
        if (catalogue.Find(database, table) is not null)
        {
            return false;
        }

        if (!catalogue.IsUnknown(database, table) && MayCreate(catalogue.IsAbsent(database, table)))
        {
            return true;
        }

        if (!catalogue.IsUnknown(database, table))
        {
            catalogue.MarkUnknown(database, table, "it may have existed before its CREATE … IF NOT EXISTS");
        }

        _list.Add(new TableChange(TableChangeKind.Create, database, table));
        return false;
    }

    /// <summary>True if IF NOT EXISTS creates what is absent, or not known to exist.</summary>
    public bool MayCreate(bool isAbsent) => isAbsent || catalogue.Assumes;

    /// <summary>A database's default character set; null where it is not known.</summary>
    public string? CharacterSetOf(string database, in StatementContext context)
        => catalogue.CharacterSetOf(database) ?? (catalogue.Assumes ? context.DefaultCharacterSet : null);

    /// <exception cref="SqlUnreadableException">The statement ended with an error.</exception>
    private void ThrowIfFailed()
    {
        if (HasFailed)
        {
            throw Failed();
        }
    }

    private SqlUnreadableException Failed() => new($"it ended with the error {errorCode} and may have done a part of its work");
}
