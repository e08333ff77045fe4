using CdcEmbedded.ServerTests.Matrix;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>
/// A copy of tables that is kept by their changes alone. A column that a row's changes never had is NULL, as a column is that was added
/// without a default.
/// </summary>
public sealed class SourceCopy
{
    private readonly Dictionary<string, Dictionary<string, Dictionary<string, DataValue>>> _keyed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Dictionary<string, DataValue>>> _keyless = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, DataValue>> _moving = new(StringComparer.Ordinal);

    /// <summary>Changes that do not fit the earlier ones.</summary>
    public List<string> Misapplied { get; } = [];

    /// <summary>Applies a change.</summary>
    public void Apply(ChangeEvent change)
    {
        string table = $"{change.Database}.{change.Table}";
        if (change.Operation == ChangeOperation.Truncate)
        {
            Keyed(table).Clear();
            Keyless(table).Clear();
        }
        else if (!(change.Key.HasValue && change.Key.Count > 0 ? ApplyByKey(Keyed(table), change) : ApplyByRow(Keyless(table), change)))
        {
            Misapplied.Add($"{CapturedChange.Of(change).Text} {change.EventId}");
        }
    }

    /// <summary>Returns how the copy differs from the server's tables; empty if it does not.</summary>
    public List<string> Differences(IReadOnlyList<ServerTable> server)
    {
        List<string> differences = [.. Misapplied.Select(change => $"does not fit: {change}")];
        foreach (ServerTable table in server)
        {
            IEnumerable<string> rows = Keyed(table.FullName).Values.Concat(Keyless(table.FullName)).Select(row => Text(row, table));
            var missing = table.Rows.CountBy(row => row).ToDictionary(StringComparer.Ordinal);
            foreach (string row in rows)
            {
                if (missing.TryGetValue(row, out int count) && count > 0)
                {
                    missing[row] = count - 1;
                }
                else
                {
                    differences.Add($"{table.FullName}, only in the copy: {row}");
                }
            }

            differences.AddRange(missing.Where(row => row.Value > 0).Select(row => $"{table.FullName}, only on the server: {row.Key}"));
        }

        return differences;
    }

    private static string Text(Dictionary<string, DataValue> row, ServerTable table) => string.Join(", ", table.Columns.Select(column =>
        $"{column.Name}={(row.TryGetValue(column.Name, out DataValue value) ? CanonicalText.OfReader(value, column) : "NULL")}"));

    private static string KeyText(DataRecord key) => string.Join('\u0001', key.Select(field => field.Value.ToString()));

    private static string KeyText(DataRecord key, DataRecord image) => string.Join('\u0001', key.Select(field =>
        image.TryGetValue(field.Name, out DataValue value) && !value.IsAbsent ? value.ToString() : field.Value.ToString()));

    private static void Overlay(Dictionary<string, DataValue> row, DataRecord image)
    {
        foreach (RecordField field in image)
        {
            if (!field.Value.IsAbsent)
            {
                row[field.Name] = field.Value;
            }
        }
    }

    private static bool Fits(Dictionary<string, DataValue> row, DataRecord image) => image.All(field =>
        field.Value.IsAbsent || (row.TryGetValue(field.Name, out DataValue own)
            ? own.ToString() == field.Value.ToString() : field.Value.IsNull));

    private Dictionary<string, Dictionary<string, DataValue>> Keyed(string table) => Of(_keyed, table);

    private List<Dictionary<string, DataValue>> Keyless(string table) => Of(_keyless, table);

    private static T Of<T>(Dictionary<string, T> tables, string name)
        where T : new()
    {
        if (!tables.TryGetValue(name, out T? table))
        {
            tables[name] = table = new T();
        }

        return table;
    }

    private bool ApplyByKey(Dictionary<string, Dictionary<string, DataValue>> rows, ChangeEvent change)
    {
        string key = KeyText(change.Key);
        string? related = change.RelatedKey.HasValue ? KeyText(change.RelatedKey) : null;
        switch (change.Operation)
        {
            case ChangeOperation.Create:
                // The second half of a key change: columns that its image omits have the values of the row under its old key.
                Dictionary<string, DataValue>? moved = null;
                Dictionary<string, DataValue> created = related is not null && _moving.Remove(related, out moved) ? moved : [];
                Overlay(created, change.After);
                return rows.TryAdd(key, created);
            case ChangeOperation.Update:
                // An update may change the key: its images have both.
                if (!rows.Remove(KeyText(change.Key, change.Before), out Dictionary<string, DataValue>? row))
                {
                    return false;
                }

                Overlay(row, change.After);
                return rows.TryAdd(KeyText(change.Key, change.After), row);
            default:
                bool existed = rows.Remove(key, out Dictionary<string, DataValue>? old);
                if (existed && related is not null && old is not null)
                {
                    _moving[key] = old;
                }

                return existed;
        }
    }

    private static bool ApplyByRow(List<Dictionary<string, DataValue>> rows, ChangeEvent change)
    {
        if (change.Operation == ChangeOperation.Create)
        {
            var created = new Dictionary<string, DataValue>(StringComparer.Ordinal);
            Overlay(created, change.After);
            rows.Add(created);
            return true;
        }

        int at = rows.FindIndex(row => Fits(row, change.Before));
        if (at < 0)
        {
            return false;
        }

        Dictionary<string, DataValue> old = rows[at];
        rows.RemoveAt(at);
        if (change.Operation == ChangeOperation.Update)
        {
            Overlay(old, change.After);
            rows.Add(old);
        }

        return true;
    }
}
