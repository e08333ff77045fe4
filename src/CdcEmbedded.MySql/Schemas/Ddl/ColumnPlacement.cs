namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Places the columns of an ALTER TABLE as servers do (sql/sql_table.cc, prepare_fields_and_keys and mysql_prepare_alter_table):
/// changed columns keep their places at first; then the new and the moved ones are placed in the order of the statement, by the names that
/// columns have at its end.</summary>
/// <param name="table">The table.</param>
/// <param name="isMariaDb">True for MariaDB, where a MODIFY may follow the ADD of its column.</param>
internal sealed class ColumnPlacement(TableDraft table, bool isMariaDb)
{
    // MySQL 8.0.30 and later: "Generated Invisible Primary Keys". The server knows the column by these properties too.
    private const string GeneratedKey = "my_row_id";
    private const string GeneratedKeyType = "bigint unsigned";

    private readonly List<Placed> _placed = [];
    private readonly List<(string Name, string NewName, bool IsOptional)> _renames = [];
    private readonly string[] _oldNames = [.. table.Columns.Select(static column => column.Name)];

    /// <summary>Adds a column.</summary>
    public void Add(ColumnDraft column, ColumnPlace place, bool isOptional) => _placed.Add(new Placed(column, place, isOptional,
        IsNew: true));

    /// <summary>Changes a column.</summary>
    /// <param name="name">Its name before the statement.</param>
    /// <param name="column">Its definition.</param>
    /// <param name="place">Where it is moved.</param>
    /// <param name="isOptional">True for IF EXISTS.</param>
    /// <exception cref="SqlUnreadableException">There is no such column.</exception>
    public void Change(string name, ColumnDraft column, ColumnPlace place, bool isOptional)
    {
        var at = table.IndexOfOld(name);
        if (at < 0)
        {
            if (!isMariaDb)
            {
                throw new SqlUnreadableException($"it names the column '{name}', which is not known");
            }

            // The column may be one that the statement adds.
            _placed.Add(new Placed(column, place, isOptional, IsNew: false));
            return;
        }

        column.OldName = table.Columns[at].OldName;
        table.ReplaceColumn(at, column);
        if (place.IsFirst || place.After is not null)
        {
            _placed.Add(new Placed(column, place, IsOptional: false, IsNew: false));
        }
    }

    /// <summary>RENAME COLUMN.</summary>
    public void Rename(string name, string newName, bool isOptional) => _renames.Add((name, newName, isOptional));

    /// <summary>Applies all.</summary>
    /// <param name="onAdded">Called with each column that was added.</param>
    /// <exception cref="SqlUnreadableException">A name is not known.</exception>
    public void Apply(Action<ColumnDraft> onAdded)
    {
        // The server knows it at its place only, and keeps it there only where the engine has such keys (sql/sql_gipk.cc).
        var generated = _oldNames is [GeneratedKey, ..] && table.Engine is null or "innodb" ? table.Columns.Find(IsGeneratedKey) : null;
        RenameColumns();
        foreach (var placed in _placed)
        {
            if (Take(placed))
            {
                Place(placed.Column, placed.Place);
                if (placed.Column.OldName is null)
                {
                    onAdded(placed.Column);
                }
            }
        }

        if (generated is not null && table.Columns.Remove(generated))
        {
            // Whatever else is FIRST.
            table.Columns.Insert(0, generated);
        }
    }

    private bool IsGeneratedKey(ColumnDraft column) => !isMariaDb && column is { IsVisible: false, TypeText: GeneratedKeyType,
        IsNullable: false }
        && column.Name.Equals(GeneratedKey, StringComparison.OrdinalIgnoreCase)
        && table.Keys.Exists(key => key.IsPrimary && key.Parts.Count == 1 && key.Parts[0].Column == column);

    /// <summary>Takes a column that is to be placed out of the table, if it is there.</summary>
    /// <returns>False if it is not to be placed.</returns>
    private bool Take(in Placed placed)
    {
        if (!placed.IsNew && placed.Column.OldName is not null)
        {
            return table.Columns.Remove(placed.Column);
        }

        var at = table.IndexOf(placed.Column.Name);
        if (placed.IsNew && placed.IsOptional && _oldNames.Contains(placed.Column.Name, StringComparer.OrdinalIgnoreCase))
        {
            // The server looks for it among the columns before the statement, which may drop or rename it.
            return false;
        }

        if (placed.IsNew)
        {
            return at < 0 || (placed.IsOptional ? false
                : throw new SqlUnreadableException($"it adds the column '{placed.Column.Name}', which exists"));
        }

        if (at >= 0 && table.Columns[at].OldName is null)
        {
            table.Columns.RemoveAt(at);
            return true;
        }

        return placed.IsOptional ? false : throw new SqlUnreadableException($"it names the column '{placed.Column.Name}', which is "
            + $"not known");
    }

    private void Place(ColumnDraft column, ColumnPlace place)
    {
        var end = isMariaDb ? VersioningColumns.EndOf(table) : table.Columns.Count;
        table.Columns.Insert(place.IsFirst ? 0 : place.After is null ? end : table.PlaceOf(place.After) + 1, column);
    }

    /// <summary>Renames all columns at once, as the server does: two may swap their names.</summary>
    private void RenameColumns()
    {
        foreach (var (name, newName, isOptional) in _renames)
        {
            var place = isOptional ? table.IndexOfOld(name) : table.PlaceOfOld(name);
            if (place >= 0)
            {
                table.Columns[place].Name = newName;
            }
        }
    }

    private readonly record struct Placed(ColumnDraft Column, ColumnPlace Place, bool IsOptional, bool IsNew);
}
