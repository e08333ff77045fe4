namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Applies what an ALTER TABLE does to columns, in the order in which servers do it (sql/sql_table.cc, prepare_fields_and_keys,
/// mysql_prepare_alter_table and, for IF EXISTS, handle_if_exists_options), which is not that of the statement. Names are those from
/// before the statement, but after AFTER.</summary>
/// <param name="table">The table.</param>
/// <param name="context">The server.</param>
internal sealed class ColumnPlacement(TableDraft table, StatementContext context)
{
    // MySQL 8.0.30 and later: "Generated Invisible Primary Keys". The server knows the column by these properties too.
    private const string GeneratedKey = "my_row_id";
    private const string GeneratedKeyType = "bigint unsigned";

    private readonly List<Definition> _definitions = [];
    private readonly List<(string Name, string NewName)> _renames = [];
    private readonly List<string> _drops = [];
    private readonly HashSet<string> _oldNames = new(table.Columns.Select(static column => column.Name), StringComparer.OrdinalIgnoreCase);

    /// <summary>ADD.</summary>
    public void Add(ColumnDraft column, ColumnPlace place, bool isOptional) => _definitions.Add(new Definition(column, place, null,
        isOptional));

    /// <summary>MODIFY and CHANGE.</summary>
    /// <param name="name">Its name before the statement.</param>
    /// <param name="column">Its definition.</param>
    /// <param name="place">Where it is moved.</param>
    /// <param name="isOptional">True for IF EXISTS.</param>
    public void Change(string name, ColumnDraft column, ColumnPlace place, bool isOptional) => _definitions.Add(new Definition(column,
        place, name, isOptional));

    /// <summary>RENAME COLUMN.</summary>
    public void Rename(string name, string newName, bool isOptional)
    {
        if (!isOptional || _oldNames.Contains(name))
        {
            _renames.Add((name, newName));
        }
    }

    /// <summary>DROP COLUMN.</summary>
    /// <exception cref="SqlUnreadableException">There is no such column.</exception>
    public void Drop(string name, bool isOptional)
    {
        if (!isOptional)
        {
            table.PlaceOfOld(name);
        }

        _drops.Add(name);
    }

    /// <summary>Applies all.</summary>
    /// <exception cref="SqlUnreadableException">A name is not known.</exception>
    public void Apply()
    {
        // The server knows it at its place only, and keeps it there only where the engine has such keys (sql/sql_gipk.cc).
        var mayHaveGenerated = table.Columns is [{ OldName: GeneratedKey }, ..] && table.Engine is null or "innodb";
        RemoveOptional();
        table.Columns.RemoveAll(column => column.OldName is { } name && _drops.Contains(name, StringComparer.OrdinalIgnoreCase));
        for (var i = 0; i < table.Columns.Count; i++)
        {
            Redefine(i);
        }

        var generated = mayHaveGenerated ? table.Columns.Find(IsGeneratedKey) : null;
        if (_renames.Count > 0)
        {
            throw new SqlUnreadableException($"it names the column '{_renames[0].Name}', which is not known");
        }

        foreach (var definition in _definitions)
        {
            if (definition.OldName is not null)
            {
                Remove(definition.Column);
            }

            Place(definition.Column, definition.Place);
        }

        if (generated is not null && table.Columns.Remove(generated))
        {
            // Whatever else is FIRST.
            table.Columns.Insert(0, generated);
        }
    }

    private bool IsGeneratedKey(ColumnDraft column) => !context.IsMariaDb && column is { IsVisible: false, TypeText: GeneratedKeyType,
        IsNullable: false }
        && column.Name.Equals(GeneratedKey, StringComparison.OrdinalIgnoreCase)
        && table.Keys.Exists(key => key.IsPrimary && key.Parts.Count == 1 && key.Parts[0].Column?.OldName == column.OldName);

    /// <summary>IF NOT EXISTS and IF EXISTS look at the columns before the statement, whatever it drops or renames; IF NOT EXISTS also at
    /// what the statement defines before it.</summary>
    private void RemoveOptional()
    {
        for (var i = 0; i < _definitions.Count; i++)
        {
            var (column, _, oldName, isOptional) = _definitions[i];
            if (isOptional && oldName is null && (_oldNames.Contains(column.Name)
                || _definitions.FindIndex(other => Is(other.Column.Name, column.Name)) < i))
            {
                _definitions.RemoveAt(i--);
            }
        }

        _definitions.RemoveAll(definition => definition is { IsOptional: true, OldName: { } name } && !_oldNames.Contains(name));
    }

    /// <summary>Gives a column that was there before its new definition, or its new name: the first of them in the statement.</summary>
    private void Redefine(int place)
    {
        var old = table.Columns[place];
        var at = _definitions.FindIndex(definition => definition.OldName is { } name && Is(name, old.OldName));
        if (at >= 0)
        {
            var definition = _definitions[at];
            definition.Column.OldName = old.OldName;
            table.Columns[place] = definition.Column;
            if (table.ForcedCharacterSet is { } characterSet)
            {
                UnsizedText.Resize(definition.Column, old, characterSet, context);
            }

            if (definition.Place is { IsFirst: false, After: null })
            {
                _definitions.RemoveAt(at);
            }
        }
        else if (_renames.FindIndex(rename => Is(rename.Name, old.OldName)) is >= 0 and var renamed)
        {
            // All at once, as the server does: two may swap their names.
            old.Name = _renames[renamed].NewName;
            _renames.RemoveAt(renamed);
        }
    }

    /// <summary>Takes a column that is to be placed out of the table. MariaDB lets a MODIFY follow the ADD of its column, whose definition
    /// it replaces.</summary>
    private void Remove(ColumnDraft column)
    {
        if (table.Columns.Remove(column))
        {
            return;
        }

        var at = table.IndexOf(column.Name);
        if (!context.IsMariaDb || at < 0 || table.Columns[at].OldName is not null)
        {
            throw new SqlUnreadableException($"it names the column '{column.Name}', which is not known");
        }

        table.Columns.RemoveAt(at);
    }

    private void Place(ColumnDraft column, ColumnPlace place)
    {
        var end = context.IsMariaDb ? VersioningColumns.EndOf(table) : table.Columns.Count;
        table.Columns.Insert(place.IsFirst ? 0 : place.After is null ? end : table.PlaceOf(place.After) + 1, column);
    }

    private static bool Is(string name, string? other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>A column as the statement defines it.</summary>
    /// <param name="Column">The column.</param>
    /// <param name="Place">Where it is placed.</param>
    /// <param name="OldName">The name of the column that it replaces; null for a new one.</param>
    /// <param name="IsOptional">True for IF EXISTS and IF NOT EXISTS.</param>
    private readonly record struct Definition(ColumnDraft Column, ColumnPlace Place, string? OldName, bool IsOptional);
}
