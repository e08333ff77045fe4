using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A table while a statement is being applied. Names of columns ignore case.</summary>
internal sealed class TableDraft
{
    private readonly HashSet<string> _oldKeys = new(StringComparer.OrdinalIgnoreCase);
    private (string Name, string Start, string End)? _oldPeriod;

    public List<ColumnDraft> Columns { get; } = [];

    /// <summary>The indexes in the server's order.</summary>
    public List<KeyDraft> Keys { get; } = [];

    /// <summary>The character set of new columns; null where not known.</summary>
    public string? CharacterSet { get; set; }

    /// <summary>The character set that CONVERT TO gives all texts; null without it.</summary>
    public string? ForcedCharacterSet { get; set; }

    /// <summary>True if the statement names the character set of new columns.</summary>
    public bool NamesCharacterSet { get; set; }

    public string? Engine { get; set; }

    /// <inheritdoc cref="TableDefinition.MayHashKeys"/>
    public bool MayHashKeys { get; set; }

    /// <inheritdoc cref="TableDefinition.Period"/>
    public (string Name, string Start, string End)? Period { get; set; }

    /// <summary>False if the indexes are not known but for the primary key.</summary>
    public bool KnowsKeys { get; private init; } = true;

    public static TableDraft Of(TableDefinition table)
    {
        var draft = new TableDraft
        {
            CharacterSet = table.CharacterSet, Engine = table.Engine, MayHashKeys = table.MayHashKeys, Period = table.Period,
            KnowsKeys = table.Keys is not null, _oldPeriod = table.Period,
        };
        foreach (var column in table.Columns)
        {
            draft.Columns.Add(ColumnDraft.Of(column));
        }

        if (table.Keys is null)
        {
            draft.AddPrimaryKeyOf(table);
            return draft;
        }

        foreach (var key in table.Keys)
        {
            draft._oldKeys.Add(key.Name);
            var keyDraft = new KeyDraft { Name = key.Name, OldName = key.Name, IsUnique = key.IsUnique, IsHash = key.IsHash };
            foreach (var (column, prefix) in key.Parts)
            {
                keyDraft.Parts.Add((draft.IndexOf(column) is >= 0 and var place ? draft.Columns[place] : null, prefix));
            }

            draft.Keys.Add(keyDraft);
        }

        return draft;
    }

    /// <summary>The place of a column by its name now; -1 for none.</summary>
    public int IndexOf(string name) => Columns.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The place of a column by its name before the statement; -1 for none.</summary>
    public int IndexOfOld(string name)
        => Columns.FindIndex(c => string.Equals(c.OldName, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The place of a column that must be there.</summary>
    public int PlaceOf(string name) => Found(IndexOf(name), name);

    /// <summary>The place of a column that must have been there before the statement.</summary>
    public int PlaceOfOld(string name) => Found(IndexOfOld(name), name);

    /// <summary>Gives the indexes the columns that the statement leaves. An index keeps a column by its name before the statement, and
    /// takes the first that matches: a changed or renamed column counts by its old name, a new one by its own (sql/sql_table.cc,
    /// mysql_prepare_alter_table).</summary>
    public void CompleteKeys()
    {
        Keys.RemoveAll(HasOnlyItsPeriod);
        foreach (var key in Keys)
        {
            for (var i = key.Parts.Count - 1; i >= 0; i--)
            {
                if (key.Parts[i].Column is not { } column)
                {
                    continue;
                }

                var kept = KeptOf(column);
                key.Parts[i] = (kept, key.Parts[i].Prefix);
                if (kept is null)
                {
                    key.Parts.RemoveAt(i);
                }
            }
        }

        Keys.RemoveAll(static key => key.Parts.Count == 0);
    }

    /// <summary>MariaDB makes usual keys of those with USING HASH that need no hash.</summary>
    public void ForgetHashes() => Keys.ForEach(static key => key.IsHash = false);

    /// <summary>True if the statement drops all columns of a key but those of its period, with which WITHOUT OVERLAPS ends it: the server
    /// drops it then, and refuses to drop a part of any other unique key (seen on 10.11 and 11.8).</summary>
    private bool HasOnlyItsPeriod(KeyDraft key) => key.IsUnique && _oldPeriod is { } period
        && key.Parts is [_, .., { Column.OldName: var end }, { Column.OldName: var start }]
        && period.End.Equals(end, StringComparison.OrdinalIgnoreCase) && period.Start.Equals(start, StringComparison.OrdinalIgnoreCase)
        && key.Parts[..^2].TrueForAll(part => part.Column is { } column && KeptOf(column) is null);

    private ColumnDraft? KeptOf(ColumnDraft column)
        => Columns.Find(c => (c.OldName ?? c.Name).Equals(column.OldName, StringComparison.OrdinalIgnoreCase));

    /// <summary>Removes an index by its name before the statement; without effect where there is none of the name.</summary>
    public void RemoveKey(string name) => Keys.RemoveAll(key => name.Equals(key.OldName, StringComparison.OrdinalIgnoreCase));

    /// <summary>Renames an index by its name before the statement; without effect where there is none of the name.</summary>
    public void RenameKey(string name, string newName)
    {
        if (Keys.Find(key => name.Equals(key.OldName, StringComparison.OrdinalIgnoreCase)) is { } key)
        {
            key.Name = newName;
        }
    }

    /// <summary>True if there was an index of a name before the statement.</summary>
    public bool HadKey(string name) => _oldKeys.Contains(name);

    /// <exception cref="SqlUnreadableException">Two columns have one name: the statement did not do what it says.</exception>
    public TableDefinition ToDefinition(string database, string name)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var key = PrimaryKey();
        var columns = new ColumnDefinition[Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = Columns[i];
            if (!names.Add(column.Name))
            {
                throw new SqlUnreadableException($"it has two columns '{column.Name}'");
            }

            columns[i] = new ColumnDefinition(column.Name, column.TypeText, column.IsNullable, column.CharacterSet,
                (key?.Parts.FindIndex(part => part.Column == column) ?? -1) + 1, column.IsVisible,
                column.IsRowEnd)
            {
                MayHideBytes = column.MayHideBytes,
                IsVirtual = column.IsVirtual,
            };
        }

        return new TableDefinition(database, name, columns, CharacterSet, Engine)
        {
            MayHashKeys = MayHashKeys,
            Keys = KnowsKeys ? Keys.ConvertAll(DefinitionOf) : null,
            Period = Period,
        };
    }

    /// <summary>The primary key or, without one, the first unique key without nulls, which servers use instead (sql/table.cc,
    /// open_table_from_share); none that MariaDB keeps as a hash.</summary>
    private KeyDraft? PrimaryKey() => Keys.Find(static key => key.IsPrimary)
        ?? Keys.Find(key => key is { IsUnique: true, HasNulls: false, HasPrefix: false, HasVirtual: false }
            && !(MayHashKeys && key.IsSurelyHashOrPrefix));

    private void AddPrimaryKeyOf(TableDefinition table)
    {
        var parts = new SortedDictionary<int, ColumnDraft>();
        for (var i = 0; i < table.Columns.Count; i++)
        {
            if (table.Columns[i].KeyOrdinal > 0)
            {
                parts[table.Columns[i].KeyOrdinal] = Columns[i];
            }
        }

        if (parts.Count > 0)
        {
            var key = new KeyDraft { Name = KeyDefinition.PrimaryName, OldName = KeyDefinition.PrimaryName, IsUnique = true };
            _oldKeys.Add(key.Name);
            key.Parts.AddRange(parts.Values.Select(static column => ((ColumnDraft?)column, 0)));
            Keys.Add(key);
        }
    }

    private static KeyDefinition DefinitionOf(KeyDraft key)
        => new(key.Name, key.IsUnique, key.IsHash, key.Parts.ConvertAll(static part => (part.Column?.Name ?? "", part.Prefix)));

    private static int Found(int place, string name) => place >= 0 ? place
        : throw new SqlUnreadableException($"it names the column '{name}', which is not known");
}
