using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Tests.Bson;

/// <summary>Reads each value of a document by its typed getter, and writes it anew: what comes out went through both.</summary>
internal static class TypedCopy
{
    public static RawBson Of(RawBson document)
    {
        var writer = new BsonWriter(16);
        Fields(document, writer);
        return writer.ToDocument();
    }

    private static void Fields(RawBson document, BsonWriter writer)
    {
        foreach (var element in document)
        {
            Value(element.Name, element.Value, writer);
        }
    }

    private static void Value(BsonName name, BsonValue value, BsonWriter writer)
    {
        switch (value.Type)
        {
            case BsonType.Document:
                writer.StartDocument(name);
                Fields(value.AsDocument(), writer);
                writer.End();
                break;
            case BsonType.Array:
                writer.StartArray(name);
                foreach (var item in value.AsDocument())
                {
                    Value(default, item.Value, writer);
                }

                writer.End();
                break;
            case BsonType.Double:
                // Whoever reads a NaN as a number may lose its payload.
                writer.WriteDouble(name, value.AsDouble());
                break;
            case BsonType.String:
                writer.WriteString(name, value.AsString());
                break;
            case BsonType.JavaScript or BsonType.Symbol:
                writer.WriteText(value.Type, name, value.AsString());
                break;
            case BsonType.Binary:
                writer.WriteBinary(name, value.AsBytes().Span, value.BinarySubtype);
                break;
            case BsonType.ObjectId:
                writer.WriteObjectId(name, value.AsObjectId());
                break;
            case BsonType.Boolean:
                writer.WriteBoolean(name, value.AsBoolean());
                break;
            case BsonType.DateTime:
                writer.WriteDateTime(name, value.AsUnixMilliseconds());
                break;
            case BsonType.Int32:
                writer.WriteInt32(name, value.AsInt32());
                break;
            case BsonType.Int64:
                writer.WriteInt64(name, value.AsInt64());
                break;
            case BsonType.Timestamp:
                writer.WriteTimestamp(name, value.AsTimestamp());
                break;
            case BsonType.Decimal128:
                writer.WriteDecimal128(name, value.AsDecimal128());
                break;
            case BsonType.RegularExpression:
                var (pattern, options) = value.AsRegularExpression();
                writer.WriteRegularExpression(name, pattern, options);
                break;
            case BsonType.JavaScriptWithScope:
                writer.WriteCodeWithScope(name, value.AsString(), Of(value.AsScope()));
                break;
            default:
                writer.WriteValue(name, value);
                break;
        }
    }
}
