namespace CdcEmbedded.MongoDb.Bson;

/// <content>How a value becomes one of the core's.</content>
public readonly partial struct BsonValue
{
    /// <summary>The value as the core's records carry it: numbers and dates unpacked, everything else a slice of the same bytes.</summary>
    /// <returns><see cref="DataValue.Absent"/> where it does not exist.</returns>
    /// <exception cref="CdcProtocolException">A Boolean is neither 0 nor 1.</exception>
    public DataValue ToValue() => Type switch
    {
        BsonType.None => default,
        BsonType.Null => DataValue.Null,
        BsonType.Int32 or BsonType.Int64 => DataValue.FromInt64(AsInt64()),
        BsonType.String or BsonType.Symbol => DataValue.FromText(Buffer, _offset + 4, _length - 5),
        BsonType.Document => DataValue.FromDocument(Buffer, _offset, _length, BsonDocumentCodec.Document),
        BsonType.Array => DataValue.FromArray(Buffer, _offset, _length, BsonDocumentCodec.Array),
        BsonType.Double => DataValue.FromDouble(AsDouble()),
        BsonType.Boolean => DataValue.FromBoolean(AsBoolean()),
        BsonType.ObjectId => DataValue.FromObjectId(Buffer, _offset),
        BsonType.DateTime => DataValue.FromTimestampMilliseconds(AsUnixMilliseconds()),
        BsonType.Decimal128 => DataValue.FromDecimal128(Buffer, _offset),
        BsonType.Binary => BinaryToValue(),
        _ => DataValue.FromSourceSpecific(Buffer, _offset, _length, (byte)Type, BsonTypeCodec.Of(Type)),
    };

    /// <summary>A value of a type that only BSON has, or a document or array, back from the core's.</summary>
    /// <returns>False for values of the other kinds: the core reads those.</returns>
    public static bool TryFrom(DataValue value, out BsonValue result)
    {
        var type = value.Kind switch
        {
            ValueKind.Document => BsonType.Document,
            ValueKind.Array => BsonType.Array,
            ValueKind.SourceSpecific => (BsonType)value.SourceType,
            _ => BsonType.None,
        };
        result = default;
        if (type == BsonType.None || !System.Runtime.InteropServices.MemoryMarshal.TryGetArray(value.AsBytes(), out var bytes)
            || bytes.Array is not { } buffer)
        {
            return false;
        }

        result = new BsonValue(type, buffer, bytes.Offset, bytes.Count);
        return true;
    }

    private DataValue BinaryToValue()
    {
        var subtype = BsonBinary.Subtype(Span);
        var payload = BsonBinary.PayloadOffset(Span);
        if (subtype == BsonBinary.UuidSubtype && _length == 5 + 16)
        {
            return DataValue.FromUuid(Buffer, _offset + payload);
        }

        // A well-formed vector of 32-bit floats is what the core calls a vector; other vectors stay bytes of subtype 9.
        return subtype == BsonBinary.VectorSubtype && BsonVector.IsFloat32(Span[payload..])
            ? DataValue.FromVector(Buffer, _offset + payload + BsonVector.HeaderSize, _length - payload - BsonVector.HeaderSize)
            : DataValue.FromBinarySubtype(Buffer, _offset + payload, _length - payload, subtype);
    }
}
