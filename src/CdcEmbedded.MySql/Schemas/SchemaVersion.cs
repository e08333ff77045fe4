using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What one statement of the log, or one look-up, did to the known tables.</summary>
/// <param name="Mark">The transaction of the log from whose end on it is so.</param>
/// <param name="Tables">The tables that it set, removed, or made unknown.</param>
/// <param name="Databases">The databases whose default character set it set, or that it dropped (null).</param>
internal sealed record SchemaVersion(TransactionMark Mark, IReadOnlyList<TableVersion> Tables,
    IReadOnlyList<(string Database, string? CharacterSet)> Databases)
{
    /// <summary>What a statement did.</summary>
    /// <param name="changes">Its changes.</param>
    /// <param name="catalogue">The tables after it.</param>
    /// <param name="mark">The transaction that it is in.</param>
    /// <returns>Null where it did nothing to the tables' columns.</returns>
    public static SchemaVersion? Of(IReadOnlyList<TableChange> changes, SchemaCatalogue catalogue, in TransactionMark mark)
    {
        var tables = new List<TableVersion>(changes.Count);
        var databases = new List<(string, string?)>();
        foreach (var change in changes)
        {
            switch (change.Kind)
            {
                case TableChangeKind.Truncate or TableChangeKind.PartitionDataLoss or TableChangeKind.Unreadable:
                    break;
                case TableChangeKind.DropDatabase:
                    databases.Add((change.Database, null));
                    break;
                case TableChangeKind.CreateDatabase or TableChangeKind.AlterDatabase:
                    databases.Add((change.Database, catalogue.CharacterSetOf(change.Database)));
                    break;
                default:
                    // What the names mean now, after the whole statement: a swap names each twice.
                    tables.Add(VersionOf(catalogue, change.Database, change.Table));
                    if (change.NewTable is { } name)
                    {
                        tables.Add(VersionOf(catalogue, change.NewDatabase ?? change.Database, name));
                    }

                    break;
            }
        }

        return tables.Count + databases.Count > 0 ? new SchemaVersion(mark, tables, databases) : null;
    }

    /// <summary>Does the same to a catalogue.</summary>
    public void ApplyTo(SchemaCatalogue catalogue)
    {
        foreach (var (database, characterSet) in Databases)
        {
            if (characterSet is null)
            {
                catalogue.ForgetDatabase(database);
            }
            else
            {
                catalogue.SetDatabase(database, characterSet);
            }
        }

        foreach (var (database, table, definition, isUnknown) in Tables)
        {
            if (definition is not null)
            {
                catalogue.Set(definition);
            }
            else if (isUnknown)
            {
                catalogue.MarkUnknown(database, table, "a statement before the restart could not be followed");
            }
            else
            {
                catalogue.Forget(database, table);
            }
        }
    }

    private static TableVersion VersionOf(SchemaCatalogue catalogue, string database, string table)
    {
        var definition = catalogue.Find(database, table);
        return new TableVersion(database, table, definition, definition is null && catalogue.IsUnknown(database, table));
    }
}
