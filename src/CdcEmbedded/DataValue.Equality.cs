namespace CdcEmbedded;

/// <content>How contents are compared.</content>
public readonly partial struct DataValue
{
    /// <summary>Returns true if two values of one column are the same: of the same kind and with the same content. A decimal's scale is
    /// part of it; a JSON document is compared as text if its bytes differ.</summary>
    internal bool HasSameContent(in DataValue other)
    {
        if (_kind != other._kind || _scale != other._scale || ((_flags | other._flags) != 0 && _flags != other._flags))
        {
            return false;
        }

        if (_data is byte[] && other._data is byte[])
        {
            return Slice.SequenceEqual(other.Slice) || (_kind == ValueKind.Json && AsString() == other.AsString());
        }

        return _data switch
        {
            null or string[] => _bits == other._bits && _length == other._length && other._data is null or string[],
            BigDecimal big => other._data is BigDecimal wide && big == wide,
            _ => AsString() == other.AsString(),
        };
    }
}
