using System.Text.Json;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The tables that are known at one place of a log, carried forward by the statements that follow. Single-threaded.</summary>
/// <param name="ignoresCase">Whether the names of tables and databases ignore case (<c>lower_case_table_names</c> 1 and 2).</param>
internal sealed class SchemaCatalogue(bool ignoresCase = false)
{
    private readonly Dictionary<(string Database, string Table), TableDefinition> _tables = new(new TableNameComparer(ignoresCase));
    private readonly Dictionary<(string Database, string Table), string> _unknown = new(new TableNameComparer(ignoresCase));
    private readonly HashSet<(string Database, string Table)> _gone = new(new TableNameComparer(ignoresCase));
    private readonly HashSet<string> _whole = new(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    private readonly Dictionary<string, string> _databases = new(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>Whether what nobody can be asked is taken for granted, as in files: a database of which the log says nothing has the server's default
    /// character set (else texts that take their database's are of an unknown one), and IF NOT EXISTS creates.</summary>
    public bool Assumes { get; init; }

    /// <summary>Whether there may be tables that it does not know: where it began with none although the server had some.</summary>
    public bool MayLack { get; init; }

    /// <summary>How many tables are known.</summary>
    public int Count => _tables.Count;

    /// <summary>Whether a table is there with columns that are not known.</summary>
    public bool IsUnknown(string database, string table) => _unknown.ContainsKey((database, table));

    /// <summary>Why a table is not known; null where it is, or is not there.</summary>
    public string? ReasonOf(string database, string table) => _unknown.GetValueOrDefault((database, table));

    /// <summary>A table; null where it is not known.</summary>
    public TableDefinition? Find(string database, string table) => _tables.GetValueOrDefault((database, table));

    /// <summary>Whether a table is certainly not there.</summary>
    public bool IsAbsent(string database, string table) => !_tables.ContainsKey((database, table)) && !_unknown.ContainsKey((database, table))
        && (!MayLack || _gone.Contains((database, table)) || _whole.Contains(database));

    /// <summary>Whether a database is certainly not there.</summary>
    public bool IsAbsent(string database) => !_databases.ContainsKey(database) && (!MayLack || _whole.Contains(database));

    /// <summary>Sets a table.</summary>
    public void Set(TableDefinition definition)
    {
        _gone.Remove((definition.Database, definition.Name));
        _tables[(definition.Database, definition.Name)] = definition;
        _unknown.Remove((definition.Database, definition.Name));
    }

    /// <summary>A table is gone.</summary>
    public void Forget(string database, string table)
    {
        _tables.Remove((database, table));
        _unknown.Remove((database, table));
        if (TracksAbsence)
        {
            _gone.Add((database, table));
        }
    }

    /// <summary>A table is there, but its columns are not known.</summary>
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

    /// <summary>A database is gone, with its tables.</summary>
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

    /// <summary>A database has no tables but those that come from here on.</summary>
    public void BeginDatabase(string database)
    {
        if (TracksAbsence)
        {
            _whole.Add(database);
        }
    }

    /// <summary>A database's default character set; null where it is not known.</summary>
    public string? CharacterSetOf(string database) => _databases.GetValueOrDefault(database);

    /// <summary>Whether a statement may change tables or databases, by its first word.</summary>
    public static bool MayChange(string sql) => DdlApplier.MayChange(sql);

    /// <summary>Applies a statement.</summary>
    /// <returns>What it did; empty where it changes no table, or did nothing (IF EXISTS).</returns>
    public IReadOnlyList<TableChange> Apply(string sql, in DdlContext context) => DdlApplier.Apply(this, sql, context);

    /// <summary>A catalogue of its own with the same contents.</summary>
    public SchemaCatalogue Copy()
    {
        var copy = new SchemaCatalogue(ignoresCase) { Assumes = Assumes, MayLack = MayLack };
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

    // Only where it is short-lived: a catalogue that lives as long as a stream would remember each table that ever was.
    private bool TracksAbsence => MayLack && !Assumes;

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("nocase"u8, ignoresCase);
        if (Assumes)
        {
            writer.WriteBoolean("assumes"u8, true);
        }

        writer.WriteStartObject("databases"u8);
        foreach (var (database, characterSet) in _databases)
        {
            writer.WriteString(database, characterSet);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("tables"u8);
        foreach (var table in _tables.Values)
        {
            table.Write(writer);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("unknown"u8);
        foreach (var ((database, table), reason) in _unknown)
        {
            writer.WriteStringValue(database);
            writer.WriteStringValue(table);
            writer.WriteStringValue(reason);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static SchemaCatalogue Read(JsonElement element)
    {
        var result = new SchemaCatalogue(element.GetProperty("nocase").GetBoolean()) { Assumes = element.TryGetProperty("assumes", out _) };
        foreach (var database in element.GetProperty("databases").EnumerateObject())
        {
            result._databases[database.Name] = database.Value.GetString() ?? "";
        }

        foreach (var table in element.GetProperty("tables").EnumerateArray())
        {
            result.Set(TableDefinition.Read(table));
        }

        var unknown = element.GetProperty("unknown");
        for (var i = 0; i + 2 < unknown.GetArrayLength(); i += 3)
        {
            result._unknown[(unknown[i].GetString() ?? "", unknown[i + 1].GetString() ?? "")] = unknown[i + 2].GetString() ?? "";
        }

        return result;
    }
}
