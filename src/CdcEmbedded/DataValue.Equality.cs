namespace CdcEmbedded;

/// <content>How contents are compared.</content>
public readonly partial struct DataValue
{
    /// <summary>Returns true if two values of one column are the same: of the same kind and with the same content. A decimal's scale is
    /// part of it; a JSON document is compared as text if its bytes differ.</summary>
    internal bool HasSameContent(in DataValue other)
    {
        if (Kind != other.Kind || StoredScale != other.StoredScale || ((Flags | other.Flags) != 0 && Flags != other.Flags))
        {
            return false;
        }

        if (_data is byte[] && other._data is byte[])
        {
            return Slice.SequenceEqual(other.Slice) || (Kind == ValueKind.Json && AsString() == other.AsString());
        }

        return _data switch
        {
            null or string[] => _bits == other._bits && Length == other.Length && other._data is null or string[],
            BigDecimal big => other._data is BigDecimal wide && big == wide,
            _ => AsString() == other.AsString(),
        };
    }
}
