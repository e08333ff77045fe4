using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>Values of records as the driver's types.</summary>
public static class BsonValues
{
    /// <summary>Reads an ObjectId.</summary>
    /// <exception cref="InvalidCastException">The value is of another kind.</exception>
    public static ObjectId ToObjectId(this DataValue value) => value.Kind == ValueKind.ObjectId
        ? new ObjectId(value.AsBytes().ToArray())
        : throw new InvalidCastException($"A value of kind {value.Kind} cannot be read as an ObjectId.");

    /// <summary>Reads a Decimal128; integers convert.</summary>
    /// <exception cref="InvalidCastException">The value is of another kind.</exception>
    public static Decimal128 ToDecimal128(this DataValue value) => value.Kind switch
    {
        ValueKind.Decimal128 => BsonDecimals.Read(value.AsBytes().Span),
        ValueKind.Int64 => value.AsInt64(),
        _ => throw new InvalidCastException($"A value of kind {value.Kind} cannot be read as a Decimal128."),
    };

    /// <summary>Reads a value of a MongoDB record as the driver's value of the same BSON type. A 32-bit integer becomes a 64-bit one, as
    /// records do not distinguish them; <see cref="BsonRecords.ToBsonDocument"/> does.</summary>
    /// <exception cref="ArgumentException">The field is absent, or the value is of a kind that only another source has.</exception>
    /// <exception cref="FormatException">The bytes are damaged, or the type is one that the driver does not know
    /// (the deprecated DBPointer).</exception>
    public static BsonValue ToBsonValue(this DataValue value) => value.Kind switch
    {
        ValueKind.Null => BsonNull.Value,
        ValueKind.Boolean => BsonBoolean.Create(value.AsBoolean()),
        ValueKind.Int64 => new BsonInt64(value.AsInt64()),
        ValueKind.Double => new BsonDouble(value.AsDouble()),
        ValueKind.Text => new BsonString(value.AsString()),
        ValueKind.Timestamp => new BsonDateTime(value.AsUnixMilliseconds()),
        ValueKind.ObjectId => new BsonObjectId(value.ToObjectId()),
        ValueKind.Uuid => new BsonBinaryData(value.AsGuid(), GuidRepresentation.Standard),
        ValueKind.Decimal128 => new BsonDecimal128(value.ToDecimal128()),
        ValueKind.Vector
            => new BsonBinaryData([.. BsonVector.Float32Header, .. value.AsBytes().Span], (BsonBinarySubType)BsonBinary.VectorSubtype),
        ValueKind.Binary => new BsonBinaryData(value.AsBytes().ToArray(), (BsonBinarySubType)value.BinarySubtype),
        ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific when RawValue.TryFrom(value, out var raw) => Read(raw),
        ValueKind.Absent => throw new ArgumentException("There is no value: the field is absent.", nameof(value)),
        _ => throw new ArgumentException($"A value of kind {value.Kind} does not come from MongoDB.", nameof(value)),
    };

    // A document with the value as its only field: length | type | name "v" | value | end.
    private static BsonValue Read(RawValue value)
    {
        var bytes = new byte[4 + 1 + 2 + value.Bytes.Length + 1];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        bytes[4] = (byte)value.Type;
        bytes[5] = (byte)'v';
        value.Bytes.CopyTo(bytes.AsMemory(7));
        return new RawBson(bytes).ToRecord().ToBsonDocument()[0];
    }
}
