using CdcEmbedded.MySql;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>Reads the stream of a history once and compares after each step what the stream has with what the server had.</summary>
/// <param name="steps">The history.</param>
/// <param name="database">Its database.</param>
public sealed class GrammarReading(IReadOnlyList<GrammarStep> steps, string database)
{
    private const string Unknown = "unknown";

    private readonly Dictionary<string, string> _tables = new(StringComparer.Ordinal);

    // The step at which a table that differs was created: until it is created again, nothing more is reported about it.
    private readonly Dictionary<string, int> _reported = new(StringComparer.Ordinal);
    private readonly List<(string Table, string Schema, Dictionary<string, string> Row)> _rows = [];
    private readonly List<string> _notices = [];

    // The tables that the log does not say everything of.
    private readonly HashSet<string> _unlogged = new(StringComparer.Ordinal);
    private int _next;
    private int _unknown;
    private int _changes;

    /// <summary>What differs.</summary>
    public List<string> Differences { get; } = [];

    /// <summary>Number of statements that failed after they had changed a table, which the server did not log: nobody who reads its log
    /// can know of that. MariaDB and MySQL 5.6 do so where the engine refuses the new name of a table.</summary>
    public int Unlogged { get; private set; }

    /// <summary>Number of rows that were compared.</summary>
    public int Rows { get; private set; }

    /// <summary>Reads everything.</summary>
    public async Task RunAsync(MySqlTestServer server, CdcOffset start)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = [$"{database}.*", $"{database}_2.*", $"{database}_marks.*"],
                OnUnknownSchema = FaultPolicy.Skip,
        });
        await using var engine = new CdcEngine(source, new Offsets.InMemoryOffsetStore(), Capture.UpToNow(start));
        try
        {
            await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
            {
                Read(item);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Differences.Add($"The stream ended: {e}\n{About(_next)}");
            return;
        }

        if (_next < steps.Count)
        {
            Differences.Add($"The stream has only {_next} of {steps.Count} steps.");
        }
    }

    private void Read(StreamItem item)
    {
        switch (item)
        {
            case ChangeEvent { Table: "marks" }:
                SkipUnlogged(steps[_next]);
                Compare(steps[_next]);
                _next++;
                _changes = 0;
                _rows.Clear();
                _notices.Clear();
                break;
            case ChangeEvent { Operation: ChangeOperation.Create, Schema: { } schema } change:
                _rows.Add(($"{change.Database}.{change.Table}", Describe(schema), ValuesOf(change)));
                break;
            case Notice notice:
                _notices.Add(notice.Message);
                break;
            case SchemaChange change:
                _changes++;
                Apply(change);
                break;
            default:
                break;
        }
    }

    private void Apply(SchemaChange change)
    {
        string name = $"{change.Source.Database}.{change.Source.Table}";
        if (change.Source.Database == database + "_marks")
        {
            return;
        }

        switch (change.Kind)
        {
            case SchemaChangeKind.Drop:
                _tables.Remove(name);
                _unlogged.Remove(name);
                break;
            case SchemaChangeKind.DropDatabase:
                foreach (string table in _tables.Keys.Where(table => table.StartsWith(change.Source.Database + ".",
                    StringComparison.Ordinal)).ToArray())
                {
                    _tables.Remove(table);
                }

                break;
            case SchemaChangeKind.Rename:
                _tables.Remove(name);
                if (_unlogged.Remove(name))
                {
                    _unlogged.Add($"{change.NewDatabase ?? change.Source.Database}.{change.NewTable}");
                }

                _tables[$"{change.NewDatabase ?? change.Source.Database}.{change.NewTable}"] = change.Schema is { } renamed
                    ? Describe(renamed) : Unknown;
                break;
            case SchemaChangeKind.Create or SchemaChangeKind.Alter:
                if (change.Kind == SchemaChangeKind.Create && !(steps[_next].Sql.Contains("LIKE", StringComparison.Ordinal)
                    && _unlogged.Count > 0))
                {
                    _unlogged.Remove(name);
                }
                else if (change.Kind == SchemaChangeKind.Create)
                {
                    _unlogged.Add(name);
                }

                _tables[name] = change.Schema is { } schema ? Describe(schema) : Unknown;
                break;
            default:
                if (change.Schema is { } other)
                {
                    _tables[name] = Describe(other);
                }

                break;
        }
    }

    private void SkipUnlogged(GrammarStep step)
    {
        if (step.Error is null || _changes > 0 || step.Number == 0)
        {
            return;
        }

        IReadOnlyDictionary<string, GrammarTable> before = steps[step.Number - 1].Tables;
        string[] changed = [.. before.Keys.Union(step.Tables.Keys).Where(name => before.GetValueOrDefault(name)?.Description
            != step.Tables.GetValueOrDefault(name)?.Description)];
        _unlogged.UnionWith(changed);
        Unlogged += changed.Length > 0 ? 1 : 0;
    }

    private void Compare(GrammarStep step)
    {
        foreach ((string name, GrammarTable table) in step.Tables)
        {
            string has = _tables.GetValueOrDefault(name, "no such table");
            if (!table.IsDescribedBy(has))
            {
                Report(step, name, $"server {table.Description}\n   stream {has}");
            }
        }

        foreach (string name in _tables.Keys.Where(name => !step.Tables.ContainsKey(name)).ToArray())
        {
            Report(step, name, "the server has no such table");
            _tables.Remove(name);
        }

        foreach ((string name, string schema, Dictionary<string, string> row) in _rows)
        {
            if (!step.Rows.TryGetValue(name, out IReadOnlyList<Dictionary<string, string>>? rows) || rows.Count == 0
                || _reported.ContainsKey(name) || _unlogged.Contains(name))
            {
                continue;
            }

            Rows++;
            string expected = step.Tables[name].Description;
            if (!step.Tables[name].IsDescribedBy(schema))
            {
                Report(step, name, $"server {expected}\n   row    {schema}");
            }
            else if (!rows.Any(candidate => IsSame(candidate, row, step.Tables[name])))
            {
                Report(step, name, $"no row of the server {string.Join(" or ", rows.Take(3).Select(TextOf))}\n   is     {TextOf(row)}");
            }
        }
    }

    private void Report(GrammarStep step, string table, string text)
    {
        int began = step.Began.GetValueOrDefault(table, -1);
        if (_unlogged.Contains(table) || _reported.GetValueOrDefault(table, -2) == began)
        {
            return;
        }

        _reported[table] = began;
        if (text.EndsWith(Unknown, StringComparison.Ordinal) && steps[step.Number].Sql is { } sql && (sql.Contains("LIKE",
            StringComparison.Ordinal) || sql.Contains("RENAME", StringComparison.OrdinalIgnoreCase)) && _unknown > 0)
        {
            // It has the columns of another one that was reported.
            return;
        }

        _unknown++;
        string before = step.Number == 0 ? "" : steps[step.Number - 1].Tables.GetValueOrDefault(table)?.Description ?? "";
        Differences.Add($"{table}: {About(step.Number)}\n   before {before}\n   "
            + $"{text}{string.Concat(_notices.Take(2).Select(notice => "\n   notice " + notice))}");
    }

    private string About(int number) => number >= steps.Count ? "after the last step"
        : $"step {number}: {steps[number].Sql}{(steps[number].Error is { } error ? $"\n   failed with {error}" : "")}";

    private static bool IsSame(Dictionary<string, string> server, Dictionary<string, string> stream, GrammarTable table) =>
        table.Columns.All(column => stream.TryGetValue(column.Name, out string? value) && (value == server[column.Name]
            || value == "ABSENT"));

    private static string TextOf(Dictionary<string, string> row) => string.Join(", ", row.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>The row as text by the server's columns, where they are as in the row's schema.</summary>
    private Dictionary<string, string> ValuesOf(ChangeEvent change)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        GrammarTable? table = steps[_next].Tables.GetValueOrDefault($"{change.Database}.{change.Table}");
        foreach (RecordField field in change.After)
        {
            try
            {
                result[field.Name] = table?.Columns.FirstOrDefault(column => column.Name == field.Name) is { } column
                    ? CanonicalText.OfReader(field.Value, column.Values) : field.Value.ToString();
            }
            catch (Exception e) when (e is InvalidOperationException or InvalidCastException or CdcException)
            {
                result[field.Name] = e.Message;
            }
        }

        return result;
    }

    private static string Describe(TableSchema schema) => string.Join(", ", schema.Columns
        .Select((column, i) => (Column: column, Key: schema.PrimaryKey.ToList().IndexOf(i) + 1))
        .Where(pair => pair.Column is not { IsVisible: false, Name: "row_start" or "row_end" })
        .Select(pair => GrammarSchemas.Describe(pair.Column.Name, pair.Column.TypeName, pair.Column.IsNullable, pair.Column.IsVisible,
            pair.Column.CharacterSet, pair.Key)));
}
