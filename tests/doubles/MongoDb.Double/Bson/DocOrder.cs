namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>
/// MongoDB's order of values ("Comparison/Sort Order" in the manual): by type bracket first, numbers of all types by value.
/// </summary>
public sealed class DocOrder : IComparer<object?>
{
    private readonly StringComparison _comparison;

    private DocOrder(StringComparison comparison) => _comparison = comparison;

    /// <summary>The order without collation.</summary>
    public static DocOrder Instance { get; } = new(StringComparison.Ordinal);

    /// <summary>The order under a collation of the strengths 1 and 2, roughly: upper and lower case are equal.</summary>
    public static DocOrder IgnoringCase { get; } = new(StringComparison.OrdinalIgnoreCase);

    /// <summary>True if two values are equal in an index: 1, 1L and 1.0 are.</summary>
    public static bool Same(object? left, object? right) => Instance.Compare(left, right) == 0;

    /// <inheritdoc/>
    public int Compare(object? x, object? y)
    {
        int bracket = Bracket(x).CompareTo(Bracket(y));
        return bracket != 0 ? bracket : (x, y) switch
        {
            (Doc left, Doc right) => CompareDocuments(left, right),
            (List<object?> left, List<object?> right) => CompareArrays(left, right),
            (DocBinary left, DocBinary right) => CompareBinary(left, right),
            (DocId left, DocId right) => left.CompareTo(right),
            (bool left, bool right) => left.CompareTo(right),
            (DocDate left, DocDate right) => left.Milliseconds.CompareTo(right.Milliseconds),
            (DocTimestamp left, DocTimestamp right) => left.CompareTo(right),
            (null or DocMarker, _) => 0,
            _ when Bracket(x) == 2 => DocNumber.Compare(x, y),
            _ => string.Compare(Text(x), Text(y), _comparison),
        };
    }

    internal static int Bracket(object? value) => value switch
    {
        DocMarker.MinKey => 0,
        null or DocMarker.Undefined => 1,
        int or long or double or DocDecimal => 2,
        string or DocSymbol => 3,
        Doc => 4,
        List<object?> => 5,
        DocBinary => 6,
        DocId => 7,
        bool => 8,
        DocDate => 9,
        DocTimestamp => 10,
        DocRegex => 11,
        DocPointer => 12,
        DocCode => 13,
        _ => 14,
    };

    private int CompareDocuments(Doc left, Doc right)
    {
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            (string leftName, object? leftValue) = left.At(i);
            (string rightName, object? rightValue) = right.At(i);
            int order = Bracket(leftValue).CompareTo(Bracket(rightValue));
            order = order != 0 ? order : string.CompareOrdinal(leftName, rightName);
            order = order != 0 ? order : Compare(leftValue, rightValue);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    private int CompareArrays(List<object?> left, List<object?> right)
    {
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            int order = Compare(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    private static int CompareBinary(DocBinary left, DocBinary right)
    {
        int order = left.Bytes.Length.CompareTo(right.Bytes.Length);
        order = order != 0 ? order : left.Subtype.CompareTo(right.Subtype);
        return order != 0 ? order : left.Bytes.AsSpan().SequenceCompareTo(right.Bytes);
    }

    private static string Text(object? value) => value switch
    {
        string text => text,
        DocSymbol symbol => symbol.Name,
        _ => value?.ToString() ?? "",
    };
}
