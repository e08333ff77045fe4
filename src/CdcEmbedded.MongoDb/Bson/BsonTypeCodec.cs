using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>Prints values of the types that the core has no kind for.</summary>
internal sealed class BsonTypeCodec : ValueCodec
{
    private static readonly BsonTypeCodec?[] ByType = All();

    private readonly BsonType _type;

    private BsonTypeCodec(BsonType type) => _type = type;

    public static BsonTypeCodec Of(BsonType type) => ByType[(byte)type] ?? throw BsonLength.Damaged($"No type has the byte {(byte)type}.", -1);

    public override string ToJsonText(ReadOnlySpan<byte> bytes) => ExtendedJson.ToText(_type, bytes, ExtendedJsonMode.Relaxed);

    public override void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes) => ExtendedJson.Write(writer, _type, bytes, ExtendedJsonMode.Relaxed);

    private static BsonTypeCodec?[] All()
    {
        var all = new BsonTypeCodec?[256];
        foreach (var type in (ReadOnlySpan<BsonType>)
        [
            BsonType.Undefined, BsonType.RegularExpression, BsonType.DBPointer, BsonType.JavaScript, BsonType.JavaScriptWithScope,
            BsonType.Timestamp, BsonType.MinKey, BsonType.MaxKey,
        ])
        {
            all[(byte)type] = new BsonTypeCodec(type);
        }

        return all;
    }
}
