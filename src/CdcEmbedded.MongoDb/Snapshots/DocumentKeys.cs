using System.Text;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Keys of documents as text. There are two forms.</summary>
/// <remarks>
/// <para>A place is the <c>_id</c> in canonical extended JSON, with its very type: a bound of the index.</para>
/// <para>An identity is what the server takes for the same key (R53, R66): numbers of all types are equal if their values are, also inside
/// documents. In a sharded collection <c>_id</c> is not unique, and the identity is the array of it and the fields of the shard
/// key.</para>
/// </remarks>
internal static class DocumentKeys
{
    /// <summary>The place of a document.</summary>
    public static SnapshotKey PlaceOf(RawValue id) => new(id.ToJson(ExtendedJsonMode.Canonical));

    /// <summary>The <c>_id</c> of a place or an identity, as the driver's.</summary>
    /// <exception cref="OffsetFormatException">It is neither.</exception>
    public static BsonValue IdOf(SnapshotKey key)
    {
        try
        {
            // _id is never an array.
            var value = RawBson.Parse($"{{\"_id\":{key.Json}}}").ToRecord().ToBsonDocument()["_id"];
            return value is BsonArray { Count: > 0 } identity ? identity[0] : value;
        }
        catch (FormatException e)
        {
            throw new OffsetFormatException($"The key {key.Json} of a snapshot is damaged: {e.Message}", e);
        }
    }

    /// <summary>The identity of a value.</summary>
    public static string IdentityOf(RawValue value)
    {
        if (!value.IsNumber && value.Type is not (ElementType.Document or ElementType.Array))
        {
            // A symbol equals the string of its text.
            var type = value.Type == ElementType.Symbol ? ElementType.String : value.Type;
            return value.Exists ? ExtendedJson.ToText(type, value.Span, ExtendedJsonMode.Canonical) : "null";
        }

        if (value.IsNumber)
        {
            return BsonNumber.ToCanonicalJson(value.Type, value.Span);
        }

        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, RawValue value, int depth)
    {
        if (depth >= BsonLength.MaxDepth)
        {
            throw BsonValidator.TooDeep();
        }

        if (value.Type is not (ElementType.Document or ElementType.Array))
        {
            text.Append(IdentityOf(value));
            return;
        }

        var isArray = value.Type == ElementType.Array;
        text.Append(isArray ? '[' : '{');
        var isFirst = true;
        foreach (var element in value.AsDocument())
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            if (!isArray)
            {
                text.Append(NameOf(element.Name)).Append(':');
            }

            Append(text, element.Value, depth + 1);
        }

        text.Append(isArray ? ']' : '}');
    }

    private static string NameOf(string name)
    {
        var utf8 = new byte[4 + Encoding.UTF8.GetByteCount(name) + 1];
        Encoding.UTF8.GetBytes(name, utf8.AsSpan(4));
        return ExtendedJson.ToText(ElementType.String, utf8, ExtendedJsonMode.Canonical);
    }
}
