namespace CdcEmbedded.Hosting.Delivery;

/// <summary>A table and a key, compared by value; without a key, the table as a whole.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">The key; no record for the whole table.</param>
internal readonly record struct ChangeKey(string Database, string Table, DataRecord Key)
{
    public static ChangeKey Of(ChangeEvent change) => new(change.Database, change.Table, change.Key);

    /// <summary>The other key that a change concerns, if it changes the key; null if it does not.</summary>
    public static ChangeKey? Former(ChangeEvent change)
    {
        if (change.RelatedKey.HasValue)
        {
            return new ChangeKey(change.Database, change.Table, change.RelatedKey);
        }

        if (change.Operation != ChangeOperation.Update || !change.Before.HasValue || !change.Key.HasValue)
        {
            return null;
        }

        try
        {
            foreach (var field in change.Key)
            {
                if (change.Before.TryGetValue(field.Name, out var before) && before.ToString() != field.Value.ToString())
                {
                    return new ChangeKey(change.Database, change.Table, KeyOf(change.Before, change.Key));
                }
            }

            return null;
        }
        catch (CdcProtocolException)
        {
            // It may be any key: the row itself fails in the same way where it is read.
            return new ChangeKey(change.Database, change.Table, change.Before);
        }
    }

    public bool Equals(ChangeKey other) => Table == other.Table && Database == other.Database
        && DataRecordComparer.Instance.Equals(Key, other.Key);

    public override int GetHashCode() => HashCode.Combine(Table, DataRecordComparer.Instance.GetHashCode(Key));

    private static DataRecord KeyOf(DataRecord row, DataRecord key)
    {
        var names = new string[key.Count];
        var values = new DataValue[key.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = key.GetName(i);
            values[i] = row[names[i]];
        }

        return new DataRecord(new Sources.DetachedRecordSet(key.Schema, names, values), 0);
    }
}
