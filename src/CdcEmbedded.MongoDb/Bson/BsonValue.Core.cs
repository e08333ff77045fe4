namespace CdcEmbedded.MongoDb.Bson;

/// <content>How a value becomes one of the core's.</content>
public readonly partial struct BsonValue
{
    /// <summary>The value as the core's records carry it: numbers and dates unpacked, everything else a slice of the same bytes.</summary>
    /// <returns><see cref="Value.Absent"/> where it does not exist.</returns>
    /// <exception cref="CdcProtocolException">A Boolean is neither 0 nor 1.</exception>
    public Value ToValue() => Type switch
    {
        BsonType.None => default,
        BsonType.Null => Value.Null,
        BsonType.Int32 or BsonType.Int64 => Value.FromInt64(AsInt64()),
        BsonType.String or BsonType.Symbol => Value.FromText(Buffer, _offset + 4, _length - 5),
        BsonType.Document => Value.FromDocument(Buffer, _offset, _length, BsonDocumentCodec.Document),
        BsonType.Array => Value.FromArray(Buffer, _offset, _length, BsonDocumentCodec.Array),
        BsonType.Double => Value.FromDouble(AsDouble()),
        BsonType.Boolean => Value.FromBoolean(AsBoolean()),
        BsonType.ObjectId => Value.FromObjectId(Buffer, _offset),
        BsonType.DateTime => Value.FromTimestampMilliseconds(AsUnixMilliseconds()),
        BsonType.Decimal128 => Value.FromDecimal128(Buffer, _offset),
        BsonType.Binary => BinaryToValue(),
        _ => Value.FromSourceSpecific(Buffer, _offset, _length, (byte)Type, BsonTypeCodec.Of(Type)),
    };

    /// <summary>A value of a type that only BSON has, or a document or array, back from the core's.</summary>
    /// <returns>False for values of the other kinds: the core reads those.</returns>
    public static bool TryFrom(Value value, out BsonValue result)
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

    private Value BinaryToValue()
    {
        var subtype = BsonBinary.Subtype(Span);
        var payload = BsonBinary.PayloadOffset(Span);
        if (subtype == BsonBinary.UuidSubtype && _length == 5 + 16)
        {
            return Value.FromUuid(Buffer, _offset + payload);
        }

        // A well-formed vector of 32-bit floats is what the core calls a vector; other vectors stay bytes of subtype 9.
        return subtype == BsonBinary.VectorSubtype && BsonVector.IsFloat32(Span[payload..])
            ? Value.FromVector(Buffer, _offset + payload + BsonVector.HeaderSize, _length - payload - BsonVector.HeaderSize)
            : Value.FromBinarySubtype(Buffer, _offset + payload, _length - payload, subtype);
    }
}
