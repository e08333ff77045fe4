namespace CdcEmbedded.Verification;

/// <summary>Compares the rows of both sides column by column.</summary>
internal sealed class RowComparison(VerifyOptions options)
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string>? _only = options.Columns is { } columns ? new(columns, StringComparer.Ordinal) : null;
    private readonly HashSet<string> _ignored = new(options.IgnoredColumns, StringComparer.Ordinal);
    private IReadOnlyList<string>? _columns;

    /// <summary>Returns true if the rows are equal.</summary>
    public bool AreEqual(DataRecord source, CopyRow copy) => Compare(source, copy, null);

    /// <summary>Returns the columns in which the rows differ.</summary>
    public IReadOnlyList<ColumnDifference> Differences(DataRecord source, CopyRow copy)
    {
        var differences = new List<ColumnDifference>();
        Compare(source, copy, differences);
        return differences;
    }

    private bool Compare(DataRecord source, CopyRow copy, List<ColumnDifference>? differences)
    {
        Resolve(copy);
        var isEqual = true;
        foreach (var field in source)
        {
            if (!IsCompared(field.Name) || field.Value.IsAbsent)
            {
                continue;
            }

            var isThere = _places.TryGetValue(field.Name, out var place);
            if (isThere && CopyValue.AreEqual(field.Value, copy.Values[place]))
            {
                continue;
            }

            isEqual = false;
            if (differences is null)
            {
                break;
            }

            differences.Add(Describe(field.Name, field.Value, isThere ? copy.Values[place] : null));
        }

        return isEqual & (!options.ReportsExtraColumns || CompareExtra(source, copy, differences));
    }

    private bool CompareExtra(DataRecord source, CopyRow copy, List<ColumnDifference>? differences)
    {
        var isEqual = true;
        for (var i = 0; i < copy.Columns.Count; i++)
        {
            var name = copy.Columns[i];
            if (IsCompared(name) && (!source.TryGetValue(name, out var value) || value.IsAbsent))
            {
                isEqual = false;
                differences?.Add(Describe(name, default, copy.Values[i]));
            }
        }

        return isEqual;
    }

    private bool IsCompared(string column) => (_only is null || _only.Contains(column)) && !_ignored.Contains(column);

    private ColumnDifference Describe(string column, in DataValue source, object? copy) => options.IncludesValues
        ? new ColumnDifference(column, CopyValue.TextOf(source), CopyValue.TextOf(copy, source))
        : new ColumnDifference(column, null, null);

    private void Resolve(CopyRow copy)
    {
        if (ReferenceEquals(_columns, copy.Columns))
        {
            return;
        }

        _places.Clear();
        for (var i = 0; i < copy.Columns.Count; i++)
        {
            _places[copy.Columns[i]] = i;
        }

        _columns = copy.Columns;
    }
}
