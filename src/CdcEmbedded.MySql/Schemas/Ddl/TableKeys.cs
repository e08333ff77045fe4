using System.Globalization;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>The keys and periods that a statement adds, by the names that columns have at the statement's end.</summary>
internal sealed class TableKeys
{
    private readonly List<NewKey> _keys = [];
    private readonly List<(string Name, string Start, string End, bool IsOptional)> _periods = [];

    /// <summary>True if one of the periods is that of system versioning.</summary>
    public bool HasSystemTime => _periods.Exists(static period => IsSystemTime(period.Name));

    /// <summary>Adds a key.</summary>
    public void Add(NewKey key) => _keys.Add(key);

    /// <summary>Adds a period.</summary>
    public void AddPeriod(string name, string start, string end, bool isOptional) => _periods.Add((name, start, end, isOptional));

    /// <summary>Adds the keys in a column's own definition.</summary>
    /// <param name="column">The column.</param>
    /// <param name="isMariaDb">True for MariaDB, where PRIMARY KEY makes a UNIQUE beside it void.</param>
    /// <param name="isOptional">True for IF NOT EXISTS, which the server takes for the keys' own: they are added to a column that is there
    /// already.</param>
    public void AddOf(ColumnDraft column, bool isMariaDb, bool isOptional = false)
    {
        if (column.IsUnique && !(isMariaDb && column.IsKey))
        {
            _keys.Add(new NewKey("", IsUnique: true) { IsOptional = isOptional, Parts = { (column.Name, 0) } });
        }

        if (column.IsKey)
        {
            _keys.Add(new NewKey(KeyDefinition.PrimaryName, IsUnique: true) { IsOptional = isOptional, Parts = { (column.Name, 0) } });
        }
    }

    /// <summary>Applies all to a table whose columns are complete.</summary>
    /// <param name="table">The table.</param>
    /// <param name="isMariaDb">True if unique keys may be hashes.</param>
    /// <exception cref="SqlUnreadableException">A column is not there.</exception>
    public void AddTo(TableDraft table, bool isMariaDb)
    {
        foreach (var (name, start, end, isOptional) in _periods)
        {
            if (IsSystemTime(name) && (table.IndexOf(start) < 0 || table.IndexOf(end) < 0))
            {
                // Without effect where the statement does not make the table versioned.
                continue;
            }

            if (!isOptional || table.Period is null)
            {
                table.Columns[table.PlaceOf(start)].IsNullable = false;
                table.Columns[table.PlaceOf(end)].IsNullable = false;
                table.Period = IsSystemTime(name) ? table.Period : (name, start, end);
            }
        }

        RemoveOptional(table);
        foreach (var key in _keys)
        {
            Add(table, key);
        }

        // Only now: DROP PRIMARY KEY may follow a MODIFY that lets a column of the key take nulls.
        foreach (var (column, _) in table.Keys.Find(static key => key.IsPrimary)?.Parts ?? [])
        {
            if (column is not null)
            {
                column.IsNullable = false;
            }
        }

        Sort(table);
        table.MayHashKeys = isMariaDb && (table.Keys.Exists(static key => key.MayBeHash) || (table.MayHashKeys && !table.KnowsKeys));
    }

    /// <summary>IF NOT EXISTS looks at the names of keys before the statement, whatever it drops or renames, and at what the statement adds
    /// before it. A key without a name counts by its first column's (sql/sql_table.cc, handle_if_exists_options).</summary>
    private void RemoveOptional(TableDraft table)
    {
        for (var i = 0; i < _keys.Count; i++)
        {
            var key = _keys[i];
            if (key.IsOptional && (table.HadKey(NameOf(key)) || _keys.FindIndex(other
                => other.Kind == key.Kind && other.IsUnique == key.IsUnique
                && NameOf(other).Equals(NameOf(key), StringComparison.OrdinalIgnoreCase)) < i))
            {
                _keys.RemoveAt(i--);
            }
        }

        static string NameOf(NewKey key) => key.Name.Length > 0 ? key.Name : key.Parts is [{ Column: var column }, ..] ? column : "";
    }

    private static bool IsSystemTime(string period) => period.Equals("SYSTEM_TIME", StringComparison.OrdinalIgnoreCase);

    private static void Add(TableDraft table, NewKey key)
    {
        if (key.Replaces)
        {
            table.RemoveKey(key.Name);
        }

        var draft = new KeyDraft { Name = key.Name, IsUnique = key.IsUnique, IsHash = key.IsHash };
        foreach (var (column, prefix) in key.Parts)
        {
            if (table.Period is { } period && period.Name.Equals(column, StringComparison.OrdinalIgnoreCase) && table.IndexOf(column) < 0)
            {
                // WITHOUT OVERLAPS: the server keeps the end first.
                draft.Parts.Add((table.Columns[table.PlaceOf(period.End)], 0));
                draft.Parts.Add((table.Columns[table.PlaceOf(period.Start)], 0));
            }
            else
            {
                draft.Parts.Add((column.Length == 0 ? null : table.Columns[table.PlaceOf(column)], prefix));
            }
        }

        draft.Name = draft.Name.Length > 0 ? draft.Name : FreeName(table, draft.Parts.Count > 0 ? draft.Parts[0].Column?.Name : null);
        table.Keys.Add(draft);
    }

    /// <summary>The name of a key that has none: its first column's, with a number if that is
    /// taken (sql/sql_table.cc, make_unique_key_name).</summary>
    private static string FreeName(TableDraft table, string? column)
    {
        const int MostNumbers = 100;
        var name = column ?? "functional_index";
        var free = name;
        for (var i = 2; i < MostNumbers && (KeyDefinition.IsPrimaryName(free) || IsTaken(free)); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        }

        return free;

        bool IsTaken(string wanted) => table.Keys.Exists(key => key.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Orders the keys as the server does (sql/sql_table.cc, sort_keys): the first unique one without nulls counts as the primary
    /// key where there is none.</summary>
    private static void Sort(TableDraft table)
    {
        var sorted = table.Keys.OrderBy(RankOf).ToList();
        table.Keys.Clear();
        table.Keys.AddRange(sorted);
    }

    private static int RankOf(KeyDraft key) => key switch
    {
        { IsPrimary: true } => 0,
        { IsUnique: true, HasNulls: false, HasPrefix: false } => 1,
        { IsUnique: true, HasNulls: false } => 2,
        { IsUnique: true, HasPrefix: false } => 3,
        { IsUnique: true } => 4,
        _ => 5,
    };
}
