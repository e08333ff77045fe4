using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace CdcEmbedded;

/// <summary>The columns of a table as they are at one position of the log. Immutable.</summary>
public sealed class TableSchema
{
    // A frozen dictionary answers in about half the time, but making one costs as much as hundreds of look-ups: only a schema that is
    // used often gets one.
    private const int LookupsBeforeFreezing = 1000;

    private readonly Dictionary<string, int> _ordinals;
    private FrozenDictionary<string, int>? _frozen;
    private int _lookups;

    /// <summary>Creates the schema.</summary>
    /// <param name="database">The database.</param>
    /// <param name="name">The table.</param>
    /// <param name="columns">The columns, in the order of the rows.</param>
    /// <param name="primaryKey">The indexes of the primary key's columns, in the key's order; empty if there is no key or
    /// it is unknown.</param>
    /// <exception cref="ArgumentException">Two columns have the same name.</exception>
    public TableSchema(string database, string name, IReadOnlyList<ColumnSchema> columns, IReadOnlyList<int> primaryKey)
    {
        Database = database;
        Name = name;
        Columns = columns;
        PrimaryKey = primaryKey;
        _ordinals = new Dictionary<string, int>(columns.Count, StringComparer.Ordinal);
        for (var i = 0; i < columns.Count; i++)
        {
            if (!_ordinals.TryAdd(columns[i].Name, i))
            {
                throw new ArgumentException($"Table {database}.{name} has two columns named '{columns[i].Name}'.", nameof(columns));
            }
        }
    }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>The table.</summary>
    public string Name { get; }

    /// <summary>Database and table, separated by a point.</summary>
    public string FullName => Database + "." + Name;

    /// <summary>The columns, in the order of the rows.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>The indexes of the primary key's columns, in the key's order; empty if there is no key or it is unknown.</summary>
    public IReadOnlyList<int> PrimaryKey { get; }

    /// <summary>Returns the index of a column by its name, first with case, then ignoring it; -1 if there is none.</summary>
    /// <remarks>MySQL's column names ignore case; an exact match is one look-up.</remarks>
    public int IndexOf(string name)
    {
        if (_frozen is { } frozen)
        {
            ref readonly var found = ref frozen.GetValueRefOrNullRef(name);
            return Unsafe.IsNullRef(in found) ? IndexIgnoringCase(name) : found;
        }

        // Threads may miss each other's counts, and may both make the dictionary: nothing depends on either.
        if (++_lookups > LookupsBeforeFreezing)
        {
            _frozen = _ordinals.ToFrozenDictionary(StringComparer.Ordinal);
        }

        return _ordinals.TryGetValue(name, out var index) ? index : IndexIgnoringCase(name);
    }

    internal string ColumnNames => string.Join(", ", _ordinals.Keys);

    /// <inheritdoc/>
    public override string ToString() => $"{FullName} ({ColumnNames})";

    private int IndexIgnoringCase(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (string.Equals(Columns[i].Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
