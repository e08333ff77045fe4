using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A table while a statement is being applied. Names of columns ignore case.</summary>
internal sealed class TableDraft
{
    public List<ColumnDraft> Columns { get; } = [];

    /// <summary>The columns of the primary key in its order.</summary>
    public List<ColumnDraft> Key { get; } = [];

    /// <summary>The character set of new columns; null where not known.</summary>
    public string? CharacterSet { get; set; }

    public string? Engine { get; set; }

    /// <inheritdoc cref="TableDefinition.MayHashKeys"/>
    public bool MayHashKeys { get; set; }

    public static TableDraft Of(TableDefinition table)
    {
        var draft = new TableDraft { CharacterSet = table.CharacterSet, Engine = table.Engine, MayHashKeys = table.MayHashKeys };
        var key = new SortedDictionary<int, ColumnDraft>();
        foreach (var column in table.Columns)
        {
            var columnDraft = ColumnDraft.Of(column);
            draft.Columns.Add(columnDraft);
            if (column.KeyOrdinal > 0)
            {
                key[column.KeyOrdinal] = columnDraft;
            }
        }

        draft.Key.AddRange(key.Values);
        return draft;
    }

    /// <summary>The place of a column by its name now; -1 for none.</summary>
    public int IndexOf(string name) => Columns.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The place of a column by its name before the statement; -1 for none.</summary>
    public int IndexOfOld(string name) => Columns.FindIndex(c => string.Equals(c.OldName, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The place of a column that must be there.</summary>
    public int PlaceOf(string name) => Found(IndexOf(name), name);

    /// <summary>The place of a column that must have been there before the statement.</summary>
    public int PlaceOfOld(string name) => Found(IndexOfOld(name), name);

    /// <summary>Makes a column part of the primary key, which takes no nulls.</summary>
    public void AddKey(string name)
    {
        var column = Columns[PlaceOf(name)];
        column.IsNullable = false;
        Key.Add(column);
    }

    /// <summary>Puts a new definition in a column's place in the primary key.</summary>
    public void ReplaceKey(ColumnDraft old, ColumnDraft column)
    {
        var at = Key.IndexOf(old);
        if (at >= 0)
        {
            Key[at] = column;
        }
    }

    public TableDefinition ToDefinition(string database, string name)
    {
        var columns = new ColumnDefinition[Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = Columns[i];
            columns[i] = new ColumnDefinition(column.Name, column.TypeText, column.IsNullable, column.CharacterSet, Key.IndexOf(column) + 1,
                column.IsVisible, column.IsRowEnd);
        }

        return new TableDefinition(database, name, columns, CharacterSet, Engine) { MayHashKeys = MayHashKeys };
    }

    private static int Found(int place, string name) => place >= 0 ? place
        : throw new SqlUnreadableException($"it names the column '{name}', which is not known");
}
