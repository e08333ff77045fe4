namespace CdcEmbedded.Testing;

/// <summary>What a scripted change holds, before it has a place in a transaction.</summary>
internal sealed class ScriptedChange
{
    private ScriptedChange(ChangeOperation operation, string database, string table, ScriptedRow? before, ScriptedRow? after, string[]? key)
    {
        Operation = operation;
        Database = database;
        Table = table;
        Schema = MakeSchema(database, table, before, after, key);
        Before = before?.ToRecord(Schema) ?? default;
        After = after?.ToRecord(Schema) ?? default;
        Key = MakeKey(Schema, after ?? before);
    }

    public ChangeOperation Operation { get; }

    public string Database { get; }

    public string Table { get; }

    public TableSchema Schema { get; }

    public DataRecord Before { get; }

    public DataRecord After { get; }

    public DataRecord Key { get; }

    /// <exception cref="ArgumentException">The table is not <c>database.table</c>, or a key column is in neither row.</exception>
    public static ScriptedChange Create(ChangeOperation operation, string table, ScriptedRow? before, ScriptedRow? after, string[]? key)
    {
        var (database, name) = SplitTable(table);
        return new ScriptedChange(operation, database, name, before, after, key);
    }

    /// <exception cref="ArgumentException">The table is not <c>database.table</c>.</exception>
    public static (string Database, string Table) SplitTable(string table)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        var point = table.IndexOf('.', StringComparison.Ordinal);
        return point > 0 && point < table.Length - 1
            ? (table[..point], table[(point + 1)..])
            : throw new ArgumentException($"'{table}' is not a table: expected is database.table.", nameof(table));
    }

    /// <summary>The row after this change over the row before it: what a table has, whatever the image lacks.</summary>
    public ScriptedChange Over(ScriptedChange old)
    {
        var fields = new List<(string, object?)>();
        foreach (var field in After)
        {
            var value = field.Value.IsAbsent && old.After.TryGetValue(field.Name, out var before) ? before : field.Value;
            fields.Add((field.Name, value));
        }

        string[] key = [.. Schema.PrimaryKey.Select(index => Schema.Columns[index].Name)];
        return new ScriptedChange(ChangeOperation.Read, Database, Table, null, ScriptedRow.Of([.. fields]), key);
    }

    private static TableSchema MakeSchema(string database, string table, ScriptedRow? before, ScriptedRow? after, string[]? key)
    {
        var columns = new List<ColumnSchema>();
        var names = new List<string>();
        foreach (var row in new[] { after, before })
        {
            foreach (var name in row?.Names ?? [])
            {
                if (!names.Contains(name))
                {
                    names.Add(name);
                    columns.Add(new ColumnSchema
                    {
                        Name = name,
                        TypeName = TypeName(name, after, before),
                        IsPrimaryKey = IsKey(name, key),
                    });
                }
            }
        }

        var primaryKey = new List<int>();
        foreach (var name in key ?? (names.Contains("id") ? ["id"] : []))
        {
            var index = names.IndexOf(name);
            if (index >= 0)
            {
                primaryKey.Add(index);
            }
            else if (names.Count > 0)
            {
                throw new ArgumentException($"Key column '{name}' of {database}.{table} is in neither row.", nameof(key));
            }
        }

        return new TableSchema(database, table, columns, primaryKey);
    }

    private static bool IsKey(string name, string[]? key) => key is null ? name == "id" : Array.IndexOf(key, name) >= 0;

    private static string TypeName(string name, ScriptedRow? after, ScriptedRow? before)
    {
        var kind = after?.Find(name).Kind ?? ValueKind.Absent;
        kind = kind is ValueKind.Absent or ValueKind.Null ? before?.Find(name).Kind ?? kind : kind;
        return kind.ToString();
    }

    private static DataRecord MakeKey(TableSchema schema, ScriptedRow? row)
    {
        if (row is null || schema.PrimaryKey.Count == 0)
        {
            return default;
        }

        var names = new string[schema.PrimaryKey.Count];
        var values = new DataValue[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = schema.Columns[schema.PrimaryKey[i]].Name;
            values[i] = row.Find(names[i]);
        }

        return new DataRecord(new Sources.DetachedRecordSet(null, names, values), 0);
    }
}
