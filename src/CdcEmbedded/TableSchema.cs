namespace CdcEmbedded;

/// <summary>The columns of a table as they are at one position of the log. Immutable.</summary>
public sealed class TableSchema
{
    // Beyond these an application's names are looked up like any other.
    private const int MaxAsked = 24;

    private readonly Dictionary<string, int> _ordinals;
    private Asked _asked = Asked.None;

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
        // An application asks for the same few names at every row, mostly literals: the same objects.
        var asked = _asked;
        var names = asked.Names;
        for (var i = 0; i < names.Length; i++)
        {
            if (ReferenceEquals(names[i], name))
            {
                return asked.Indexes[i];
            }
        }

        return Find(name, asked);
    }

    internal string ColumnNames => string.Join(", ", _ordinals.Keys);

    /// <inheritdoc/>
    public override string ToString() => $"{FullName} ({ColumnNames})";

    private int Find(string name, Asked asked)
    {
        var index = _ordinals.TryGetValue(name, out var found) ? found : IndexIgnoringCase(name);
        if (index >= 0 && asked.Names.Length < MaxAsked)
        {
            // Of two threads that add a name at once, one's is lost, and found again.
            _asked = new Asked([.. asked.Names, name], [.. asked.Indexes, index]);
        }

        return index;
    }

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

    /// <summary>Names that were asked for, as the objects that they were, and their indexes. Immutable.</summary>
    private sealed record Asked(string[] Names, int[] Indexes)
    {
        public static readonly Asked None = new([], []);
    }
}
