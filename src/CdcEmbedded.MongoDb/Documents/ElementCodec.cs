using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Prints values of the types that the core has no kind for.</summary>
internal sealed class ElementCodec : ValueCodec
{
    private static readonly ElementCodec?[] ByType = All();

    private readonly ElementType _type;

    private ElementCodec(ElementType type) => _type = type;

    public static ElementCodec Of(ElementType type)
        => ByType[(byte)type] ?? throw BsonLength.Damaged($"No type has the byte {(byte)type}.", -1);

    public override string ToJsonText(ReadOnlySpan<byte> bytes) => ExtendedJson.ToText(_type, bytes, ExtendedJsonMode.Relaxed);

    public override void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
        => ExtendedJson.Write(writer, _type, bytes, ExtendedJsonMode.Relaxed);

    private static ElementCodec?[] All()
    {
        var all = new ElementCodec?[256];
        foreach (var type in (ReadOnlySpan<ElementType>)
        [
            ElementType.Undefined, ElementType.RegularExpression, ElementType.DBPointer, ElementType.JavaScript,
                ElementType.JavaScriptWithScope,
            ElementType.Timestamp, ElementType.MinKey, ElementType.MaxKey,
        ])
        {
            all[(byte)type] = new ElementCodec(type);
        }

        return all;
    }
}
