using System.Text;
using CdcEmbedded.ServerTests.Matrix;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>A consumer that keeps a copy of all tables by their key, as the documentation says: the last value of a key counts.</summary>
public sealed class KeyedCopy
{
    private readonly Dictionary<(string Table, string Key), RecordField[]> _rows = [];
    private readonly Dictionary<(string Table, string Key), RecordField[]> _moving = [];

    /// <summary>Number of rows that snapshots delivered.</summary>
    public int Reads { get; private set; }

    /// <summary>Number of changes from the log.</summary>
    public int Changes { get; private set; }

    /// <summary>Applies a change.</summary>
    public void Apply(ChangeEvent change)
    {
        _ = change.Operation == ChangeOperation.Read ? Reads++ : Changes++;
        string table = change.Table;
        (string, string) key = (table, KeyText(change.Key, change.Key));
        switch (change.Operation)
        {
            case ChangeOperation.Truncate:
                foreach ((string, string) row in _rows.Keys.Where(row => row.Table == table).ToArray())
                {
                    _rows.Remove(row);
                }

                break;
            case ChangeOperation.Read:
                Assert.DoesNotContain(change.After, static field => field.Value.IsAbsent);
                _rows[key] = Overlay([], change.After);
                break;
            case ChangeOperation.Delete:
                if (_rows.Remove(key, out RecordField[]? deleted) && change.RelatedKey.HasValue)
                {
                    _moving[(table, KeyText(change.RelatedKey, change.RelatedKey))] = deleted;
                }

                break;
            case ChangeOperation.Create:
                _moving.Remove(key, out RecordField[]? moved);
                _rows[key] = Overlay(moved ?? [], change.After);
                break;
            default:
                _rows.Remove((table, KeyText(change.Key, change.Before)), out RecordField[]? old);
                _rows[key] = Overlay(old ?? [], change.After);
                break;
        }
    }

    /// <summary>Returns the differences from the server's tables; empty if there are none.</summary>
    /// <param name="server">The tables.</param>
    /// <param name="mayLack">Rows that the copy need not have; null for none.</param>
    public List<string> Differences(IReadOnlyList<ServerTable> server, Func<ServerTable, string, bool>? mayLack = null)
    {
        List<string> differences = [];
        foreach (ServerTable table in server)
        {
            string name = table.FullName.Split('.')[1];
            var columns = table.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
            var copy = _rows.Where(row => row.Key.Table == name).Select(row => string.Join(", ", row.Value.Select(field =>
                $"{field.Name}={CanonicalText.OfReader(field.Value, columns[field.Name])}"))).ToHashSet(StringComparer.Ordinal);
            differences.AddRange(copy.Except(table.Rows).Select(row => $"{name} has only in the copy {row}"));
            differences.AddRange(table.Rows.Except(copy).Where(row => mayLack?.Invoke(table, row) != true)
                .Select(row => $"{name} has only on the server {row}"));
        }

        return differences;
    }

    private static string KeyText(DataRecord key, DataRecord record)
    {
        var text = new StringBuilder();
        foreach (RecordField field in key)
        {
            DataValue value = record.HasValue ? record[field.Name] : field.Value;
            text.Append((value.IsAbsent ? field.Value : value).ToString()).Append('\u0001');
        }

        return text.ToString();
    }

    private static RecordField[] Overlay(RecordField[] before, DataRecord after)
        => [.. after.Select(field => field.Value.IsAbsent && before.Any(old => old.Name == field.Name)
            ? before.First(old => old.Name == field.Name) : field)];
}
