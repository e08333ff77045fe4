using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The tables that a reader has found for the machine, by name. Those that are out of date still find keys; they must be found
/// again before the next window.</summary>
internal sealed class FoundTables
{
    private readonly Dictionary<(string Database, string Table), SnapshotTable> _tables = [];
    private readonly HashSet<(string Database, string Table)> _outdated = [];

    /// <summary>Gets a table, which may be out of date; null if it was not found yet.</summary>
    public SnapshotTable? Find(string database, string table) => _tables.GetValueOrDefault((database, table));

    /// <summary>Gets a table that is not out of date.</summary>
    public SnapshotTable? FindCurrent(string database, string table)
        => _outdated.Contains((database, table)) ? null : Find(database, table);

    /// <summary>Adds a table as it was just found.</summary>
    public void Add(string database, string name, SnapshotTable table)
    {
        _tables[(database, name)] = table;
        _outdated.Remove((database, name));
    }

    /// <summary>All of them are out of date.</summary>
    public void Outdate() => _outdated.UnionWith(_tables.Keys);

    /// <summary>One of them is out of date, or all of a database if no table is given.</summary>
    public void Outdate(string database, string table)
    {
        foreach (var name in _tables.Keys)
        {
            if (name.Database == database && (table.Length == 0 || name.Table == table))
            {
                _outdated.Add(name);
            }
        }
    }

    /// <summary>Returns a copy that changes independently.</summary>
    public FoundTables Copy()
    {
        var copy = new FoundTables();
        foreach (var (name, table) in _tables)
        {
            copy._tables.Add(name, table);
        }

        copy._outdated.UnionWith(_outdated);
        return copy;
    }

    /// <summary>Its content as text: how many it has, and how many of these are out of date.</summary>
    public string Describe() => $"{_tables.Count} {_outdated.Count}";
}
