using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What the log does to tables and databases after a position, in its order: a table that a server has now was the same at the
/// position only if none of this changes it (R31, R34).</summary>
/// <param name="selection">The captured tables.</param>
/// <param name="statements">Reads SQL.</param>
/// <param name="ignoresTableCase">True if the names of tables ignore case.</param>
internal sealed class LoggedChanges(TableSelection selection, IStatementReader statements, bool ignoresTableCase)
{
    private readonly List<LoggedChange> _changes = [];
    private readonly StringComparison _comparison = ignoresTableCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public int Count => _changes.Count;

    public void Clear() => _changes.Clear();

    /// <summary>Adds what a statement does.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="context">Its session's settings.</param>
    /// <param name="end">Where it ends.</param>
    public void Add(string sql, StatementContext context, BinlogCoordinates end)
    {
        // What may exist counts as existing.
        foreach (var change in statements.Apply(new SchemaCatalogue { MayLack = true }, sql, context))
        {
            if (change.Kind is TableChangeKind.Truncate or TableChangeKind.PartitionDataLoss)
            {
                continue;
            }

            if (change.Kind == TableChangeKind.Unreadable)
            {
                _changes.Add(new LoggedChange("", "", change.Kind, false, end) { Text = change.Text });
                continue;
            }

            var isOptional = change.Kind is TableChangeKind.Create or TableChangeKind.CreateDatabase && MayDoNothing(sql);
            var kindOfChange = change.Kind == TableChangeKind.Create && MayReplace(sql) ? TableChangeKind.Alter : change.Kind;
            _changes.Add(new LoggedChange(change.Database, change.Table, kindOfChange, isOptional, end));
            if (change.NewTable is { } name)
            {
                // A new name was free before, unless there was nothing to be renamed.
                var kind = sql.Contains("IF EXISTS", StringComparison.OrdinalIgnoreCase) ? TableChangeKind.Alter : TableChangeKind.Create;
                _changes.Add(new LoggedChange(change.NewDatabase ?? change.Database, name, kind, false, end));
            }
        }
    }

    /// <summary>The first statement after a place that changes a table; null where there is none.</summary>
    public LoggedChange? FindAfter(BinlogCoordinates place, string database, string table)
    {
        foreach (var change in _changes)
        {
            var isMeant = change.Kind == TableChangeKind.Unreadable ? UnreadStatement.MayName(change.Text, table)
                : string.Equals(change.Database, database, _comparison)
                    && (string.Equals(change.Table, table, _comparison) || change.Kind == TableChangeKind.DropDatabase);
            if (!change.IsOptional && isMeant && !place.IsAtOrAfter(change.End))
            {
                return change;
            }
        }

        return null;
    }

    /// <summary>Removes from what a server has now everything that is changed.</summary>
    /// <returns>True if something is missing that the log before the position may know: see <see cref="RestoreInto"/>.</returns>
    public bool RemoveFrom(SchemaCatalogue catalogue)
    {
        var isMissing = false;
        var names = new TableNameComparer(ignoresTableCase);
        var created = new HashSet<(string, string)>(names);
        var optional = new HashSet<(string, string)>(names);
        var changed = new HashSet<(string, string)>(names);
        var begun = new HashSet<(string, string)>(names);
        foreach (var change in _changes)
        {
            var name = (change.Database, change.Table);
            if (change.Kind == TableChangeKind.Unreadable)
            {
                foreach (var table in catalogue.Tables.Where(table => UnreadStatement.MayName(change.Text, table.Name)).ToArray())
                {
                    catalogue.MarkUnknown(table.Database, table.Name, ReasonOf(change));
                    isMissing |= selection.IsTracked(table.Database, table.Name);
                }
            }
            else if (change.IsOptional)
            {
                // A table or database that exists now existed before, or is as this statement made it: either way what the server
                // has is right.
                optional.Add(name);
            }
            else if (change.IsOfDatabase)
            {
                if (changed.Add((change.Database, "")) && change.Kind == TableChangeKind.CreateDatabase)
                {
                    begun.Add((change.Database, ""));
                }

                isMissing |= RemoveDatabase(catalogue, change, created);
            }
            else if (change.Kind == TableChangeKind.Create && !catalogue.IsUnknown(change.Database, change.Table)
                && !optional.Contains(name))
            {
                // A table whose first change creates it did not exist before: the log itself has its columns.
                created.Add(name);
                catalogue.Forget(change.Database, change.Table);
            }
            else if (begun.Contains((change.Database, "")))
            {
                // Nothing was in a database that did not exist, whatever IF EXISTS names.
                created.Add(name);
                catalogue.Forget(change.Database, change.Table);
            }
            else if (!created.Contains(name))
            {
                catalogue.MarkUnknown(change.Database, change.Table, ReasonOf(change));
                isMissing |= selection.IsTracked(change.Database, change.Table);
            }
        }

        return isMissing;
    }

    /// <summary>Restores what the log before the position knows. A table about which it knows nothing, and for which a CREATE TABLE IF NOT
    /// EXISTS follows, is taken to be created by that.</summary>
    /// <param name="catalogue">What is known at the position.</param>
    /// <param name="earlier">What the log before it knows.</param>
    public void RestoreInto(SchemaCatalogue catalogue, SchemaCatalogue earlier)
    {
        foreach (var change in _changes)
        {
            if (change.Kind == TableChangeKind.DropDatabase)
            {
                // Those of its tables that no other statement names are gone with it.
                Restore(earlier.Tables.Where(table => string.Equals(table.Database, change.Database, _comparison)), catalogue);
            }

            if (change.IsOfDatabase || catalogue.Find(change.Database, change.Table) is not null)
            {
                continue;
            }

            if (earlier.Find(change.Database, change.Table) is { } definition)
            {
                catalogue.Set(definition);
            }
            else if (earlier.IsAbsent(change.Database, change.Table)
                || (change.IsOptional && !earlier.IsUnknown(change.Database, change.Table)))
            {
                // Where it is not certain, the next table map decides: the columns must fit.
                catalogue.Forget(change.Database, change.Table);
            }
        }

        foreach (var (database, characterSet) in earlier.Databases)
        {
            if (catalogue.CharacterSetOf(database) is null)
            {
                catalogue.SetDatabase(database, characterSet);
            }
        }
    }

    private static void Restore(IEnumerable<TableDefinition> tables, SchemaCatalogue catalogue)
    {
        foreach (var table in tables)
        {
            if (catalogue.Find(table.Database, table.Name) is null)
            {
                catalogue.Set(table);
            }
        }
    }

    /// <summary>A database whose first change creates it has its default character set from the log. That of one which is altered or
    /// dropped first is not known; nor are the tables of a dropped one, which may be others than those of the same names now.</summary>
    private bool RemoveDatabase(SchemaCatalogue catalogue, in LoggedChange change, HashSet<(string, string)> created)
    {
        var isCreated = created.Contains((change.Database, ""));
        if (!isCreated)
        {
            catalogue.ForgetCharacterSet(change.Database);
        }

        if (change.Kind == TableChangeKind.CreateDatabase)
        {
            created.Add((change.Database, ""));
            return false;
        }

        if (change.Kind == TableChangeKind.DropDatabase)
        {
            foreach (var table in catalogue.ForgetDatabase(change.Database))
            {
                catalogue.MarkUnknown(change.Database, table, ReasonOf(change));
            }
        }

        return !isCreated && selection.MayMatch(change.Database);
    }

    /// <summary>True if a statement does nothing where its table or database exists. IF NOT EXISTS may also be elsewhere in it, which
    /// does no harm.</summary>
    private static bool MayDoNothing(string sql) => sql.Contains("NOT EXISTS", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if a statement may create a table in the place of one. REPLACE may also be elsewhere in it, which does no
    /// harm.</summary>
    private static bool MayReplace(string sql) => sql.Contains("REPLACE", StringComparison.OrdinalIgnoreCase);

    private static string ReasonOf(in LoggedChange change) => $"the log changes it at {change.End}, after the start";
}
