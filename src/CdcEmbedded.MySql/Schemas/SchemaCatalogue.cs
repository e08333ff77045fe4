namespace CdcEmbedded.MySql.Schemas;

/// <summary>The tables that are known at one position of a log, kept up to date by the statements that follow. Single-threaded.</summary>
/// <param name="ignoresCase">True if the names of tables and databases ignore case (<c>lower_case_table_names</c> 1 and 2).</param>
internal sealed class SchemaCatalogue(bool ignoresCase = false)
{
    private readonly Dictionary<(string Database, string Table), TableDefinition> _tables = new(new TableNameComparer(ignoresCase));
    private readonly Dictionary<(string Database, string Table), string> _unknown = new(new TableNameComparer(ignoresCase));
    private readonly HashSet<(string Database, string Table)> _gone = new(new TableNameComparer(ignoresCase));
    private readonly HashSet<string> _whole = new(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    private readonly Dictionary<string, string> _databases = new(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>True if names of tables and databases ignore case.</summary>
    public bool IgnoresCase => ignoresCase;

    /// <summary>True if names are stored in lower case, however statements write them (<c>lower_case_table_names</c> 1).</summary>
    public bool LowersNames { get; set; }

    /// <summary>The server's <c>explicit_defaults_for_timestamp</c>, for statements whose event does not give the session's; null where it
    /// is not known.</summary>
    public bool? HasPlainTimestamps { get; set; }

    /// <summary>True if the likely is taken for certain because nobody can be asked, as in files: a database of which the log
    /// says nothing has the server's default character set (else texts that take their database's are of an unknown one), and IF
    /// NOT EXISTS creates.</summary>
    public bool Assumes { get; init; }

    /// <summary>True if there may be tables that it does not know: where it began with none although the server had some.</summary>
    public bool MayLack { get; init; }

    /// <summary>How many tables are known.</summary>
    public int Count => _tables.Count;

    /// <summary>The tables that are known.</summary>
    public IReadOnlyCollection<TableDefinition> Tables => _tables.Values;

    /// <summary>The tables whose columns are not known, each with the reason.</summary>
    public IReadOnlyDictionary<(string Database, string Table), string> Unknown => _unknown;

    /// <summary>True if a table exists with columns that are not known.</summary>
    public bool IsUnknown(string database, string table) => _unknown.ContainsKey((database, table));

    /// <summary>Why a table is not known; null where it is, or does not exist.</summary>
    public string? ReasonOf(string database, string table) => _unknown.GetValueOrDefault((database, table));

    /// <summary>A table; null where it is not known.</summary>
    public TableDefinition? Find(string database, string table) => _tables.GetValueOrDefault((database, table));

    /// <summary>True if a table certainly does not exist.</summary>
    public bool IsAbsent(string database, string table)
        => !_tables.ContainsKey((database, table)) && !_unknown.ContainsKey((database, table))
        && (!MayLack || _gone.Contains((database, table)) || _whole.Contains(database));

    /// <summary>True if a database certainly does not exist.</summary>
    public bool IsAbsent(string database) => !_databases.ContainsKey(database) && (!MayLack || _whole.Contains(database));

    /// <summary>Sets a table.</summary>
    public void Set(TableDefinition definition)
    {
        _gone.Remove((definition.Database, definition.Name));
        _tables[(definition.Database, definition.Name)] = definition;
        _unknown.Remove((definition.Database, definition.Name));
    }

    /// <summary>A table does not exist any more.</summary>
    public void Forget(string database, string table)
    {
        _tables.Remove((database, table));
        _unknown.Remove((database, table));
        if (TracksAbsence)
        {
            _gone.Add((database, table));
        }
    }

    /// <summary>A table exists, but its columns are not known.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="table">Its name.</param>
    /// <param name="reason">Why not.</param>
    public void MarkUnknown(string database, string table, string reason)
    {
        _tables.Remove((database, table));
        _gone.Remove((database, table));
        _unknown[(database, table)] = reason;
    }

    /// <summary>Sets a database's default character set.</summary>
    public void SetDatabase(string database, string characterSet) => _databases[database] = characterSet;

    /// <summary>A database's default character set is not known any more.</summary>
    public void ForgetCharacterSet(string database) => _databases.Remove(database);

    /// <summary>The default character sets that are known.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <summary>A database was dropped, with its tables.</summary>
    /// <returns>The names of the tables that were known.</returns>
    public List<string> ForgetDatabase(string database)
    {
        var comparer = _databases.Comparer;
        var tables = new List<string>();
        foreach (var key in _tables.Keys)
        {
            if (comparer.Equals(key.Database, database))
            {
                tables.Add(key.Table);
            }
        }

        foreach (var table in tables)
        {
            _tables.Remove((database, table));
        }

        foreach (var key in _unknown.Keys)
        {
            if (comparer.Equals(key.Database, database))
            {
                _unknown.Remove(key);
            }
        }

        _databases.Remove(database);
        BeginDatabase(database);
        return tables;
    }

    /// <summary>A database has no tables but those that are created from here on.</summary>
    public void BeginDatabase(string database)
    {
        if (TracksAbsence)
        {
            _whole.Add(database);
        }
    }

    /// <summary>A database's default character set; null where it is not known.</summary>
    public string? CharacterSetOf(string database) => _databases.GetValueOrDefault(database);

    /// <summary>A copy.</summary>
    public SchemaCatalogue Copy()
    {
        var copy = new SchemaCatalogue(ignoresCase)
        {
            Assumes = Assumes, MayLack = MayLack, LowersNames = LowersNames, HasPlainTimestamps = HasPlainTimestamps,
        };
        foreach (var (key, table) in _tables)
        {
            copy._tables[key] = table;
        }

        foreach (var (database, characterSet) in _databases)
        {
            copy._databases[database] = characterSet;
        }

        foreach (var (key, reason) in _unknown)
        {
            copy._unknown[key] = reason;
        }

        return copy;
    }

    // Only where it is short-lived: a catalogue that lives as long as a stream would remember each table that ever existed.
    private bool TracksAbsence => MayLack && !Assumes;
}
