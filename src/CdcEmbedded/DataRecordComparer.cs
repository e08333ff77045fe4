namespace CdcEmbedded;

/// <summary>Compares records by value: the same fields with the same values, such as two keys of one row in different changes.
/// Thread-safe.</summary>
/// <remarks>Values are compared as they are printed, so 1 of a signed column equals 1 of an unsigned one; texts are compared byte by byte,
/// not as a collation would. A record that has no value equals only another such record.</remarks>
public sealed class DataRecordComparer : IEqualityComparer<DataRecord>
{
    private DataRecordComparer()
    {
    }

    /// <summary>The comparer.</summary>
    public static DataRecordComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(DataRecord x, DataRecord y)
    {
        if (x == y)
        {
            return true;
        }

        if (x.HasValue != y.HasValue || x.Count != y.Count)
        {
            return false;
        }

        for (var i = 0; i < x.Count; i++)
        {
            if (x.GetName(i) != y.GetName(i) || !AreEqual(x[i], y[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public int GetHashCode(DataRecord obj)
    {
        var hash = default(HashCode);
        for (var i = 0; i < obj.Count; i++)
        {
            hash.Add(obj[i].ToString(), StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    private static bool AreEqual(DataValue x, DataValue y)
        => (x.Kind == y.Kind || (IsInteger(x) && IsInteger(y))) && x.ToString() == y.ToString();

    private static bool IsInteger(DataValue value) => value.Kind is ValueKind.Int64 or ValueKind.UInt64;
}
