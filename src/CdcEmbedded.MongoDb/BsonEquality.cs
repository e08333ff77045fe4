using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb;

/// <summary>Equality of documents as the server's indexes have it: numbers are equal whatever their types, so that keys written as 1, 1.0
/// and NumberLong(1) are one key. For dictionaries over <see cref="ChangeEvent.Key"/>.</summary>
/// <remarks>
/// <para>Numbers compare by their exact values; NaN equals NaN, and zero negative zero. A symbol equals the string of the same text.
/// Documents compare field by field in their order: names, then values. Binary values compare with their subtype; dates and timestamps are
/// never equal to each other.</para>
/// <para>Thread-safe and without state. All methods throw <see cref="ArgumentException"/> for a record without BSON, and
/// <see cref="CdcProtocolException"/> where bytes are damaged or nest deeper than 200 levels.</para>
/// </remarks>
public sealed class BsonEquality : IEqualityComparer<DataRecord>
{
    private BsonEquality()
    {
    }

    /// <summary>The only one.</summary>
    public static BsonEquality Instance { get; } = new();

    /// <summary>Returns true if two documents have the same names and equal values in the same order.</summary>
    public bool Equals(DataRecord x, DataRecord y)
        => x.HasValue == y.HasValue && (!x.HasValue || DocumentEquality.AreEqual(RawBson.Of(x), RawBson.Of(y)));

    /// <summary>Returns the same number for all documents that are equal.</summary>
    public int GetHashCode(DataRecord obj) => obj.HasValue ? DocumentEquality.Hash(RawBson.Of(obj)) : 0;
}
