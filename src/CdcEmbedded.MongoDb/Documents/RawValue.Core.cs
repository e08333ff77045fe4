namespace CdcEmbedded.MongoDb.Documents;

/// <content>How a value becomes one of the core's.</content>
internal readonly partial struct RawValue
{
    /// <summary>The value as the core's records carry it: numbers and dates unpacked, everything else a slice of the same bytes.</summary>
    /// <param name="source">Its buffer.</param>
    /// <param name="document">Where its document begins there.</param>
    /// <returns><see cref="DataValue.Absent"/> where it does not exist.</returns>
    /// <exception cref="ValueDecodingException">A Boolean is neither 0 nor 1.</exception>
    public DataValue ToValue(DocumentBuffer source, int document) => Type switch
    {
        ElementType.None => default,
        ElementType.Null => DataValue.Null,
        ElementType.Int32 or ElementType.Int64 => DataValue.FromInt64(AsInt64()),
        ElementType.String or ElementType.Symbol => DataValue.FromText(Buffer, _offset + 4, _length - 5),
        ElementType.Document => DataValue.FromDocument(Buffer, _offset, _length, source.Documents),
        ElementType.Array => DataValue.FromArray(Buffer, _offset, _length, source.Arrays),
        ElementType.Double => DataValue.FromDouble(AsDouble()),
        ElementType.Boolean => DataValue.FromBoolean(Span[0] <= 1 ? Span[0] != 0 : throw NoBoolean(source, document)),
        ElementType.ObjectId => DataValue.FromObjectId(Buffer, _offset),
        ElementType.DateTime => DataValue.FromTimestampMilliseconds(AsUnixMilliseconds()),
        ElementType.Decimal128 => DataValue.FromDecimal128(Buffer, _offset),
        ElementType.Binary => BinaryToValue(),
        _ => DataValue.FromSourceSpecific(Buffer, _offset, _length, (byte)Type, ElementCodec.Of(Type)),
    };

    /// <summary>A value of a type that only BSON has, or a document or array, back from the core's.</summary>
    /// <returns>False for values of the other kinds: the core reads those.</returns>
    public static bool TryFrom(DataValue value, out RawValue result)
    {
        var type = value.Kind switch
        {
            ValueKind.Document => ElementType.Document,
            ValueKind.Array => ElementType.Array,
            ValueKind.SourceSpecific => (ElementType)value.SourceType,
            _ => ElementType.None,
        };
        result = default;
        if (type == ElementType.None || !System.Runtime.InteropServices.MemoryMarshal.TryGetArray(value.AsBytes(), out var bytes)
            || bytes.Array is not { } buffer)
        {
            return false;
        }

        result = new RawValue(type, buffer, bytes.Offset, bytes.Count);
        return true;
    }

    private ValueDecodingException NoBoolean(DocumentBuffer source, int document)
    {
        try
        {
            AsBoolean();
            throw new InvalidOperationException("It is a Boolean.");
        }
        catch (CdcProtocolException e)
        {
            return source.Refuse(document, this, e);
        }
    }

    private DataValue BinaryToValue()
    {
        var subtype = BsonBinary.Subtype(Span);
        var payload = BsonBinary.PayloadOffset(Span);
        if (IsUuid)
        {
            return DataValue.FromUuid(Buffer, _offset + payload);
        }

        // A well-formed vector of 32-bit floats is what the core calls a vector; other vectors stay bytes of subtype 9.
        return subtype == BsonBinary.VectorSubtype && BsonVector.IsFloat32(Span[payload..])
            ? DataValue.FromVector(Buffer, _offset + payload + BsonVector.HeaderSize, _length - payload - BsonVector.HeaderSize)
            : DataValue.FromBinarySubtype(Buffer, _offset + payload, _length - payload, subtype);
    }
}
