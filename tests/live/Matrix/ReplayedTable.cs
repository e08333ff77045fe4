namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>The rows of one table according to its events. A row is its fields in order.</summary>
public sealed class ReplayedTable
{
    private readonly Dictionary<string, RecordField[]> _byKey = new(StringComparer.Ordinal);
    private readonly List<RecordField[]> _keyless = [];
    private readonly Dictionary<string, RecordField[]> _moving = new(StringComparer.Ordinal);

    /// <summary>True from an ALTER until all rows have been updated: rows return as updates of rows that are not in the table.</summary>
    public bool IsRebuilding { get; private set; }

    /// <summary>All rows.</summary>
    public IEnumerable<RecordField[]> Rows => _byKey.Values.Concat(_keyless);

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _byKey.Clear();
        _keyless.Clear();
    }

    /// <summary>Records that the columns have changed: the old rows no longer count, and all rows return as updates.</summary>
    public void BeginRebuild()
    {
        Clear();
        IsRebuilding = true;
    }

    /// <summary>Records that all rows have returned.</summary>
    public void EndRebuild() => IsRebuilding = false;

    /// <summary>Applies a create, update or delete.</summary>
    /// <returns>What is impossible about it; null if it is valid.</returns>
    public string? Apply(ChangeEvent change) => change.Key.HasValue && change.Key.Count > 0 ? ApplyByKey(change) : ApplyKeyless(change);

    private static string KeyText(DataRecord key)
    {
        var text = new System.Text.StringBuilder();
        foreach (RecordField field in key)
        {
            text.Append(field.Value.ToString()).Append('\u0001');
        }

        return text.ToString();
    }

    /// <summary>The key before an update. A change of the key is an update where a create would lack columns.</summary>
    private static string KeyBefore(ChangeEvent change)
    {
        var text = new System.Text.StringBuilder();
        foreach (RecordField field in change.Key)
        {
            DataValue before = change.Before[field.Name];
            text.Append((before.IsAbsent ? field.Value : before).ToString()).Append('\u0001');
        }

        return text.ToString();
    }

    private static RecordField[] Overlay(RecordField[] before, DataRecord after)
    {
        var row = new RecordField[after.Count];
        for (int i = 0; i < row.Length; i++)
        {
            string name = after.GetName(i);
            DataValue value = after[i];
            row[i] = new RecordField(name, value.IsAbsent ? before.FirstOrDefault(field => field.Name == name).Value : value);
        }

        return row;
    }

    private static bool Fits(RecordField[] row, DataRecord image)
    {
        foreach (RecordField field in image)
        {
            if (!field.Value.IsAbsent
                && !row.Any(own => own.Name == field.Name && own.Value.Kind == field.Value.Kind
                && own.Value.ToString() == field.Value.ToString()))
            {
                return false;
            }
        }

        return true;
    }

    private string? ApplyByKey(ChangeEvent change)
    {
        string key = KeyText(change.Key);
        _byKey.TryGetValue(key, out RecordField[]? row);
        switch (change.Operation)
        {
            case ChangeOperation.Create when row is not null:
                return "creates a row that already exists";
            case ChangeOperation.Create:
                // The second half of a key change: columns that its image omits have the values of the row under its old key.
                RecordField[]? moved = null;
                bool isMove = change.RelatedKey.HasValue && _moving.Remove(KeyText(change.RelatedKey), out moved);
                _byKey[key] = Overlay(isMove && moved is not null ? moved : [], change.After);
                return null;
            case ChangeOperation.Update:
                string before = KeyBefore(change);
                _byKey.TryGetValue(before, out row);
                if (row is null && !IsRebuilding)
                {
                    return "updates a row that does not exist";
                }

                _byKey.Remove(before);
                _byKey[key] = Overlay(row ?? [], change.After);
                return null;
            default:
                if (change.RelatedKey.HasValue && row is not null)
                {
                    _moving[key] = row;
                }

                return _byKey.Remove(key) ? null : "deletes a row that does not exist";
        }
    }

    private string? ApplyKeyless(ChangeEvent change)
    {
        if (change.Operation == ChangeOperation.Create)
        {
            _keyless.Add(Overlay([], change.After));
            return null;
        }

        int at = _keyless.FindIndex(row => Fits(row, change.Before));
        if (at < 0 && !(IsRebuilding && change.Operation == ChangeOperation.Update))
        {
            return $"is about a row that does not exist: {change.Before}";
        }

        RecordField[] old = at < 0 ? [] : _keyless[at];
        if (at >= 0)
        {
            _keyless.RemoveAt(at);
        }

        if (change.Operation == ChangeOperation.Update)
        {
            _keyless.Add(Overlay(old, change.After));
        }

        return null;
    }
}
