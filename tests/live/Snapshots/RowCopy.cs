namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>A copy of all tables by their keys, which follows drops and renames.</summary>
public sealed class RowCopy
{
    private readonly Dictionary<(string Table, string Key), string> _rows = [];

    /// <summary>Applies an item of the stream.</summary>
    public void Apply(StreamItem item)
    {
        if (item is SchemaChange { Kind: SchemaChangeKind.Drop } drop)
        {
            Remove(drop.Table);
        }
        else if (item is SchemaChange { Kind: SchemaChangeKind.Rename, NewTable: { } to } rename)
        {
            Remove(to);
            foreach ((string Table, string Key) key in _rows.Keys.Where(key => key.Table == rename.Table).ToArray())
            {
                _rows[(to, key.Key)] = _rows[key];
                _rows.Remove(key);
            }
        }
        else if (item is ChangeEvent { Operation: ChangeOperation.Truncate } truncate)
        {
            Remove(truncate.Table);
        }
        else if (item is ChangeEvent change)
        {
            if (change.Before.HasValue || change.Operation == ChangeOperation.Delete)
            {
                _rows.Remove((change.Table, KeyOf(change, change.Before.HasValue ? change.Before : change.Key)));
            }

            if (change.After.HasValue)
            {
                _rows[(change.Table, KeyOf(change, change.After))] = string.Join(' ', change.After.Select(static field => field.Value));
            }
        }
    }

    /// <summary>Rows as sorted texts of their values without names: <c>1 3</c>.</summary>
    public List<string> Of(string table)
        => [.. _rows.Where(row => row.Key.Table == table).Select(static row => row.Value).Order(StringComparer.Ordinal)];

    private static string KeyOf(ChangeEvent change, DataRecord row) => string.Join(' ', change.Key.Select(field => row[field.Name]));

    private void Remove(string table)
    {
        foreach ((string Table, string Key) key in _rows.Keys.Where(key => key.Table == table).ToArray())
        {
            _rows.Remove(key);
        }
    }
}
