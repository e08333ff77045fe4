using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What the log does to tables and databases behind a place, in its order: what a server has now was there at the place only as far as nothing of
/// this touches it (R31, R34).</summary>
internal sealed class LoggedChanges(TableSelection selection, bool ignoresTableCase)
{
    private readonly List<LoggedChange> _changes = [];
    private readonly StringComparison _comparison = ignoresTableCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public int Count => _changes.Count;

    public void Clear() => _changes.Clear();

    /// <summary>Adds what a statement does.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="context">Its session's settings.</param>
    /// <param name="end">Where it ends.</param>
    public void Add(string sql, DdlContext context, BinlogCoordinates end)
    {
        // What may be there counts as there.
        foreach (var change in new SchemaCatalogue { MayLack = true }.Apply(sql, context))
        {
            if (change.Kind is TableChangeKind.Truncate or TableChangeKind.PartitionDataLoss)
            {
                continue;
            }

            var isOptional = change.Kind is TableChangeKind.Create or TableChangeKind.CreateDatabase && MayDoNothing(sql);
            _changes.Add(new LoggedChange(change.Database, change.Table, change.Kind, isOptional, end));
            if (change.NewTable is { } name)
            {
                // A new name was free before, unless there was nothing to be renamed.
                var kind = sql.Contains("IF EXISTS", StringComparison.OrdinalIgnoreCase) ? TableChangeKind.Alter : TableChangeKind.Create;
                _changes.Add(new LoggedChange(change.NewDatabase ?? change.Database, name, kind, false, end));
            }
        }
    }

    /// <summary>The first statement behind a place after which a table is another one; null where there is none.</summary>
    public LoggedChange? FindBehind(BinlogPosition place, string database, string table)
    {
        foreach (var change in _changes)
        {
            if (!change.IsOptional && string.Equals(change.Database, database, _comparison)
                && (string.Equals(change.Table, table, _comparison) || change.Kind == TableChangeKind.DropDatabase)
                && (place.Coordinates is not { } at || !at.IsAtOrAfter(change.End)))
            {
                return change;
            }
        }

        return null;
    }

    /// <summary>Takes all that is changed out of what a server has now.</summary>
    /// <returns>Whether something is missing that the log before may tell: see <see cref="PutBackInto"/>.</returns>
    public bool TakeOutOf(SchemaCatalogue catalogue)
    {
        var isMissing = false;
        var names = new TableNameComparer(ignoresTableCase);
        var created = new HashSet<(string, string)>(names);
        var optional = new HashSet<(string, string)>(names);
        foreach (var change in _changes)
        {
            var name = (change.Database, change.Table);
            if (change.IsOptional)
            {
                // A table or database that is there now was there before, or is as this statement made it: either way what the server has is right.
                optional.Add(name);
            }
            else if (change.IsOfDatabase)
            {
                isMissing |= TakeOutDatabase(catalogue, change, created);
            }
            else if (change.Kind == TableChangeKind.Create && !catalogue.IsUnknown(change.Database, change.Table) && !optional.Contains(name))
            {
                // A table whose first change creates it was not there before: the log itself tells it.
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

    /// <summary>Puts back what the log before the place tells. A table of which it tells nothing, and that CREATE TABLE IF NOT EXISTS comes to, is taken to
    /// be created by that.</summary>
    /// <param name="catalogue">What is known at the place.</param>
    /// <param name="earlier">What the log before it tells.</param>
    public void PutBackInto(SchemaCatalogue catalogue, SchemaCatalogue earlier)
    {
        foreach (var change in _changes)
        {
            if (change.IsOfDatabase || catalogue.Find(change.Database, change.Table) is not null)
            {
                continue;
            }

            if (earlier.Find(change.Database, change.Table) is { } definition)
            {
                catalogue.Set(definition);
            }
            else if (earlier.IsAbsent(change.Database, change.Table) || (change.IsOptional && !earlier.IsUnknown(change.Database, change.Table)))
            {
                // Where it is not certain, the next table map says whether that is so: the columns must fit.
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

    /// <summary>A database that the log creates first has from it what its tables take; of one that it alters or drops, the default character set before
    /// is not known, and of one that it drops neither are the tables, which may be others than those of the same names now.</summary>
    private bool TakeOutDatabase(SchemaCatalogue catalogue, in LoggedChange change, HashSet<(string, string)> created)
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

    /// <summary>Whether a statement does nothing where its table or database is there. IF NOT EXISTS may also stand elsewhere in it, which does no harm.</summary>
    private static bool MayDoNothing(string sql) => sql.Contains("NOT EXISTS", StringComparison.OrdinalIgnoreCase);

    private static string ReasonOf(in LoggedChange change) => $"the log changes it at {change.End}, behind the start";
}
