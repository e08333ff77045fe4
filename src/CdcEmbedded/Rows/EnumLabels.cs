namespace CdcEmbedded.Rows;

/// <summary>The members of an enumeration, so that labels convert without reflection; for generated code. Immutable.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class EnumLabels<T>
    where T : struct, Enum
{
    private readonly Dictionary<string, T> _byName = new(StringComparer.OrdinalIgnoreCase);

    // Labels that differ only in case, as those of a column with a binary collation may.
    private readonly Dictionary<string, T> _byExactName = new(StringComparer.Ordinal);
    private readonly Dictionary<long, T> _byNumber = [];
    private readonly Func<long, T>? _flags;
    private readonly Func<T, long> _number;

    /// <summary>Creates the list.</summary>
    /// <param name="number">Converts a member to its number.</param>
    /// <param name="flags">For an enumeration with <c>[Flags]</c>: converts a number to the enumeration. Else null.</param>
    /// <param name="members">Labels and members. Case is ignored where no label is spelled exactly so.</param>
    public EnumLabels(Func<T, long> number, Func<long, T>? flags, params (string Label, T Member)[] members)
    {
        ArgumentNullException.ThrowIfNull(number);
        ArgumentNullException.ThrowIfNull(members);
        _number = number;
        _flags = flags;
        foreach (var (label, member) in members)
        {
            _byName.TryAdd(label, member);
            _byExactName.TryAdd(label, member);
            _byNumber.TryAdd(number(member), member);
        }
    }

    internal bool TryConvert(in DataValue value, out T result)
    {
        result = default;
        switch (value.Kind)
        {
            case ValueKind.Enum or ValueKind.Text when Exact.Text.TryConvert(value, out var label):
                return TryFind(label, out result);
            case ValueKind.Set when _flags is { } flags && value.TryGetLabels(out _):
                return TryFlags(value.AsStrings(), flags, out result);
            case ValueKind.Int64 or ValueKind.UInt64 when Exact.Int64.TryConvert(value, out var number):
                return _byNumber.TryGetValue(number, out result) || (_flags is { } all && TryBits(number, all, out result));
            default:
                return false;
        }
    }

    private bool TryFind(string label, out T member)
        => _byExactName.TryGetValue(label, out member) || _byName.TryGetValue(label, out member);

    private bool TryFlags(string[] labels, Func<long, T> flags, out T result)
    {
        var bits = 0L;
        foreach (var label in labels)
        {
            if (!TryFind(label, out var member))
            {
                result = default;
                return false;
            }

            bits |= _number(member);
        }

        result = flags(bits);
        return true;
    }

    private bool TryBits(long number, Func<long, T> flags, out T result)
    {
        var known = 0L;
        foreach (var member in _byNumber.Keys)
        {
            known |= member;
        }

        result = flags(number);
        return (number & ~known) == 0;
    }
}
