namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>
/// The tables according to their events. What happens to whole tables, the writer records in rows of a table <c>marks</c> (see
/// <see cref="Mark"/>), after the statement: so the comparison does not depend on how the library reads DDL.
/// </summary>
public sealed class StateReplay
{
    /// <summary>The table of the marks.</summary>
    public const string Marks = "marks";

    private readonly Dictionary<string, ReplayedTable> _tables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Events that do not fit the earlier ones.</summary>
    public List<string> Impossible { get; } = [];

    /// <summary>Number of events applied; repeated ones do not count.</summary>
    public int Applied { get; private set; }

    /// <summary>The last mark's text.</summary>
    public string LastMark { get; private set; } = "";

    /// <summary>Returns the statement that creates the table of marks.</summary>
    public static string CreateMarks(string database)
        => $"CREATE TABLE {database}.{Marks} (id INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(300))";

    /// <summary>Returns the statement that records what has happened: <c>drop t</c>, <c>dropdb d</c>, <c>rename a b</c>, <c>swap a b</c>,
    /// <c>alter t</c> (all rows follow as updates, then <c>touched t</c>). Tables are <c>database.table</c>.</summary>
    public static string Mark(string database, string what) => $"INSERT INTO {database}.{Marks} (what) VALUES ('{what}')";

    /// <summary>Applies an event, unless one with its id has been applied.</summary>
    public void Apply(ChangeEvent change)
    {
        if (!_seen.Add(change.EventId))
        {
            return;
        }

        Applied++;
        string name = $"{change.Database}.{change.Table}";
        if (change.Operation == ChangeOperation.Truncate)
        {
            TableOf(name).Clear();
        }
        else if (TableOf(name).Apply(change) is { } impossible)
        {
            Impossible.Add($"{change.EventId}: {CapturedChange.Of(change).Text} {impossible}");
        }

        if (change.Table == Marks && change.Operation == ChangeOperation.Create)
        {
            Obey(LastMark = change.After["what"].AsString());
        }
    }

    /// <summary>Returns the differences from the server's tables; empty if there are none.</summary>
    public List<string> Differences(IReadOnlyList<ServerTable> server)
    {
        List<string> differences = [.. Impossible];
        foreach (ServerTable table in server)
        {
            var columns = table.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
            IEnumerable<string> rows = TableOf(table.FullName).Rows.Select(row => RowText(row, columns));
            var missing = table.Rows.CountBy(row => row).ToDictionary(StringComparer.Ordinal);
            foreach (string row in rows)
            {
                if (!missing.TryGetValue(row, out int count) || count == 0)
                {
                    differences.Add($"{table.FullName} has this row only in the replay: {row}");
                    continue;
                }

                missing[row] = count - 1;
            }

            differences.AddRange(missing.Where(row => row.Value > 0).Select(row => $"{table.FullName} has this row only on the server: "
                + $"{row.Key} ({row.Value})"));
        }

        IEnumerable<string> gone = _tables.Where(table => table.Value.Rows.Any()).Select(table => table.Key)
            .Except(server.Select(table => table.FullName));
        differences.AddRange(gone.Select(name => $"{name} is only in the replay"));
        return differences;
    }

    private static string RowText(RecordField[] row, Dictionary<string, ServerColumn> columns) => string.Join(", ", row.Select(field =>
        columns.TryGetValue(field.Name, out ServerColumn? column)
            ? $"{field.Name}={CanonicalText.OfReader(field.Value, column)}"
            : $"{field.Name}?={field.Value}"));

    private ReplayedTable TableOf(string name)
    {
        if (!_tables.TryGetValue(name, out ReplayedTable? table))
        {
            _tables[name] = table = new ReplayedTable();
        }

        return table;
    }

    private void Obey(string mark)
    {
        string[] words = mark.Split(' ');
        switch (words[0])
        {
            case "drop":
                _tables.Remove(words[1]);
                break;
            case "dropdb":
                foreach (string name in _tables.Keys.Where(name => name.StartsWith(words[1] + ".", StringComparison.Ordinal)).ToArray())
                {
                    _tables.Remove(name);
                }

                break;
            case "rename":
                (_tables[words[2]], _) = (TableOf(words[1]), _tables.Remove(words[1]));
                break;
            case "swap":
                (_tables[words[1]], _tables[words[2]]) = (TableOf(words[2]), TableOf(words[1]));
                break;
            case "alter":
                TableOf(words[1]).BeginRebuild();
                break;
            case "touched":
                TableOf(words[1]).EndRebuild();
                break;
            default:
                break;
        }
    }
}
