using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.RandomHistories;

/// <content>Statements about whole tables.</content>
public sealed partial class RandomHistory
{
    private string NewName(string prefix) => $"{prefix}{++_names}";

    private async Task CreateAsync()
    {
        if (_tables.Count >= MostTables)
        {
            await DropAsync();
        }

        // Names are reused, so that a name has had other columns before.
        string full;
        ModelTable table;
        do
        {
            table = new ModelTable(Any(_databases), $"t{random.Next(1, MostTables + 4)}", random.Next(5) != 0);
            full = table.FullName;
        }
        while (_tables.Any(other => other.FullName == full));

        table.Columns.AddRange(Enumerable.Range(0, random.Next(1, 6)).Select(_ => new ModelColumn(NewName("c"), Any(_kinds))));
        List<string> parts = [.. table.Columns.Select(Definition)];
        parts.Insert(random.Next(parts.Count + 1), "touch INT NOT NULL DEFAULT 0");
        parts.Insert(random.Next(parts.Count + 1), table.HasKey ? "id INT PRIMARY KEY" : "id INT NOT NULL");
        string charset = random.Next(3) == 0 ? $" DEFAULT CHARSET = {Any(["latin1", "utf8mb4", "utf8"])}" : "";
        if (await DoAsync($"CREATE TABLE {(random.Next(3) == 0 ? "IF NOT EXISTS " : "")}{full} ({string.Join(", ", parts)}){charset}"))
        {
            _tables.Add(table);
        }
    }

    private async Task DropAsync()
    {
        ModelTable table = AnyTable();
        if (_tables.Count > 2 && await DoAsync($"DROP TABLE {(random.Next(2) == 0 ? "IF EXISTS " : "")}{table.FullName}"))
        {
            _tables.Remove(table);
            await MarkAsync($"drop {table.FullName}");
        }
    }

    private Task<bool> TruncateAsync() => DoAsync($"TRUNCATE {(random.Next(2) == 0 ? "TABLE " : "")}{AnyTable().FullName}");

    private async Task AlterAsync()
    {
        ModelTable table = AnyTable();
        var columns = new List<ModelColumn>(table.Columns);
        List<string> parts = [];
        int count = random.Next(1, 3);
        for (int i = 0; i < count; i++)
        {
            parts.AddRange(Alter(columns, table));
        }

        if (await DoAsync($"ALTER TABLE {table.FullName} {string.Join(", ", parts.Distinct())}"))
        {
            table.Columns.Clear();
            table.Columns.AddRange(columns);
        }

        // After a rejected statement too: this is how the replay would notice that it was treated as executed.
        await session.ExecuteAsync(Scenario.Touch(database, table.FullName));
    }

    private string[] Alter(List<ModelColumn> columns, ModelTable table)
    {
        string place = random.Next(3) switch { 0 => " FIRST", 1 => $" AFTER {Any(["id", "touch"])}", _ => "" };
        if (columns.Count < 2)
        {
            return [Add()];
        }

        int at = random.Next(columns.Count);
        ModelColumn column = columns[at];
        bool isUsed = !table.Columns.Contains(column);
        switch (random.Next(9))
        {
            case 0 or 1:
                return [Add()];
            case 2 when !isUsed && columns.Count > 2:
                columns.RemoveAt(at);
                return [$"DROP {(random.Next(2) == 0 ? "COLUMN " : "")}`{column.Name}`"];
            case 3 when !isUsed:
                ColumnKind type = Any(_kinds);
                columns[at] = column with { Type = type };
                return [$"MODIFY COLUMN `{column.Name}` {type.Sql}{place}"];
            case 4 when !isUsed:
                columns[at] = column with { Name = NewName("r") };
                return [$"CHANGE `{column.Name}` {Definition(columns[at])}{place}"];
            case 5 when !isUsed && kind != ServerKind.MySql56:
                columns[at] = column with { Name = NewName("n") };
                return [$"RENAME COLUMN `{column.Name}` TO `{columns[at].Name}`"];
            case 6 when columns.FindIndex(other => other.Name != column.Name && other.Type == column.Type && table.Columns.Contains(other))
                is >= 0 and var other && !isUsed:
                // Two columns of one type swap names: only the names show the difference.
                (columns[at], columns[other]) = (columns[at] with { Name = columns[other].Name },
                    columns[other] with { Name = column.Name });
                return
                [
                    $"CHANGE COLUMN `{column.Name}` {Definition(columns[at])}",
                    $"CHANGE COLUMN `{columns[at].Name}` {Definition(columns[other])}",
                ];
            case 7:
                return [$"COMMENT = '{Any(["a, DROP COLUMN b", "it''s (", "größe"])}'"];
            default:
                return [$"ADD INDEX {NewName("i")} (touch)"];
        }

        string Add()
        {
            var added = new ModelColumn(NewName("a"), Any(_kinds));
            columns.Add(added);
            return $"ADD {(random.Next(2) == 0 ? "COLUMN " : "")}{Definition(added)}{place}";
        }
    }

    private async Task RenameAsync()
    {
        ModelTable table = AnyTable();
        ModelTable renamed = table.Copy(Any(_databases), NewName("m"));
        string sql = random.Next(2) == 0
            ? $"RENAME TABLE {table.FullName} TO {renamed.FullName}"
            : $"ALTER TABLE {table.FullName} RENAME {Any(["", "TO ", "AS "])}{renamed.FullName}";
        if (await DoAsync(sql))
        {
            _tables[_tables.IndexOf(table)] = renamed;
            await MarkAsync($"rename {table.FullName} {renamed.FullName}");
        }
    }

    private async Task SwapAsync()
    {
        int a = random.Next(_tables.Count);
        int b = random.Next(_tables.Count);
        (ModelTable one, ModelTable two) = (_tables[a], _tables[b]);
        string between = $"{database}.{NewName("swap")}";
        if (a != b
            && await DoAsync($"RENAME TABLE {one.FullName} TO {between}, {two.FullName} TO {one.FullName}, {between} TO {two.FullName}"))
        {
            (_tables[a], _tables[b]) = (two.Copy(one.Database, one.Name), one.Copy(two.Database, two.Name));
            await MarkAsync($"swap {one.FullName} {two.FullName}");
        }
    }

    private async Task LikeAsync()
    {
        ModelTable table = AnyTable();
        ModelTable alike = table.Copy(Any(_databases), NewName("l"));
        if (_tables.Count < MostTables && await DoAsync($"CREATE TABLE {alike.FullName} LIKE {table.FullName}"))
        {
            _tables.Add(alike);
            await DoAsync($"INSERT INTO {alike.FullName} SELECT * FROM {table.FullName}");
        }
    }

    private async Task CopyAsync()
    {
        ModelTable table = AnyTable();
        ModelTable copy = table.Copy(Any(_databases), NewName("s")) with { HasKey = false };
        if (_tables.Count < MostTables && await DoAsync($"CREATE TABLE {copy.FullName} AS SELECT * FROM {table.FullName}"))
        {
            _tables.Add(copy);
        }
    }

    private Task<bool> NoEffectAsync() => DoAsync(random.Next(4) switch
    {
        0 => $"CREATE TABLE IF NOT EXISTS {AnyTable().FullName} (other TEXT)",
        1 => $"DROP TABLE IF EXISTS {database}.never_was",
        2 => $"CREATE TEMPORARY TABLE {database}.tmp LIKE {AnyTable().FullName}; ALTER TABLE {database}.tmp ADD COLUMN z INT FIRST; DROP "
            + $"TEMPORARY TABLE {database}.tmp",
        _ => $"ANALYZE TABLE {AnyTable().FullName}",
    });

    private static string Definition(ModelColumn column) => $"`{column.Name}` {column.Type.Sql}";
}
