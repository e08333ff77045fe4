namespace CdcEmbedded.MySql.Schemas;

/// <summary>Selects the schema changes that the application sees: those of captured tables, and the cut-over of an online schema change as
/// the one change that it is (R35).</summary>
/// <param name="selection">The captured tables.</param>
internal sealed class SchemaChangeFilter(TableSelection selection)
{
    /// <summary>Selects from the changes of one statement.</summary>
    public List<TableChange> Select(IReadOnlyList<TableChange> changes)
    {
        var result = new List<TableChange>(changes.Count);
        foreach (var change in changes)
        {
            if (change.Kind is TableChangeKind.Truncate or TableChangeKind.Unreadable)
            {
                // The first is a change of its own in the stream; the other is one for each table that it may have changed.
                continue;
            }

            if (change.Table.Length == 0)
            {
                if (selection.MayMatch(change.Database))
                {
                    result.Add(change);
                }
            }
            else if (change.NewTable is { } name && ShadowTables.IsCutOver(change.Table, name)
                && !selection.Matches(change.Database, change.Table))
            {
                if (selection.Matches(change.NewDatabase ?? change.Database, name))
                {
                    result.Add(change with
                    {
                        Kind = TableChangeKind.Alter, Database = change.NewDatabase ?? change.Database, Table = name, NewDatabase = null,
                            NewTable = null,
                    });
                }
            }
            else if (selection.Matches(change.Database, change.Table) ? !MakesRoom(change, changes)
                : change.NewTable is { } to && selection.Matches(change.NewDatabase ?? change.Database, to))
            {
                result.Add(change);
            }
        }

        return result;
    }

    /// <summary>True if a captured table is only renamed to make room for its shadow.</summary>
    private bool MakesRoom(TableChange change, IReadOnlyList<TableChange> all)
    {
        if (change.NewTable is not { } aside || selection.Matches(change.NewDatabase ?? change.Database, aside))
        {
            return false;
        }

        foreach (var other in all)
        {
            if (other.NewTable == change.Table && ShadowTables.IsCutOver(other.Table, change.Table))
            {
                return true;
            }
        }

        return false;
    }
}
