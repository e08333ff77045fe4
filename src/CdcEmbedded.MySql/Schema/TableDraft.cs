using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Schema;

/// <summary>A table while a statement is being applied. Names of columns ignore case.</summary>
internal sealed class TableDraft
{
    public List<ColumnDraft> Columns { get; } = [];

    /// <summary>The columns of the primary key in its order.</summary>
    public List<string> Key { get; } = [];

    /// <summary>The character set of new columns; null where not known.</summary>
    public string? CharacterSet { get; set; }

    public string? Engine { get; set; }

    public static TableDraft Of(TableDefinition table)
    {
        var draft = new TableDraft { CharacterSet = table.CharacterSet, Engine = table.Engine };
        var key = new SortedDictionary<int, string>();
        foreach (var column in table.Columns)
        {
            draft.Columns.Add(ColumnDraft.Of(column));
            if (column.KeyOrdinal > 0)
            {
                key[column.KeyOrdinal] = column.Name;
            }
        }

        draft.Key.AddRange(key.Values);
        return draft;
    }

    public int IndexOf(string name) => Columns.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The place of a column that must be there.</summary>
    public int PlaceOf(string name) => IndexOf(name) is >= 0 and var place ? place
        : throw new DdlUnreadableException($"it names the column '{name}', which is not known");

    /// <summary>Makes a column part of the primary key, which takes no nulls.</summary>
    public void AddKey(string name)
    {
        var column = Columns[PlaceOf(name)];
        column.IsNullable = false;
        Key.Add(column.Name);
    }

    public void DropKey(string name) => Key.RemoveAll(k => k.Equals(name, StringComparison.OrdinalIgnoreCase));

    public void RenameKey(string name, string newName)
    {
        var at = Key.FindIndex(k => k.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
        {
            Key[at] = newName;
        }
    }

    public TableDefinition ToDefinition(string database, string name)
    {
        var columns = new ColumnDefinition[Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = Columns[i];
            columns[i] = new ColumnDefinition(column.Name, column.TypeText, column.IsNullable, column.CharacterSet,
                Key.FindIndex(k => k.Equals(column.Name, StringComparison.OrdinalIgnoreCase)) + 1, column.IsVisible);
        }

        return new TableDefinition(database, name, columns, CharacterSet, Engine);
    }
}
