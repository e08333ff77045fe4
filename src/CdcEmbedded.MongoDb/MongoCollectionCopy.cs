using System.Runtime.CompilerServices;
using CdcEmbedded.Verification;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb;

/// <summary>A copy in a collection, of documents or of a table's rows, for <see cref="CdcSnapshots.VerifyAsync"/>.</summary>
/// <remarks>The collection's own read preference and read concern count: what the loop has acknowledged must be visible to them, so read
/// the primary. To compare whole documents set <see cref="VerifyOptions.ReportsExtraColumns"/>.</remarks>
public sealed class MongoCollectionCopy : ITableCopy
{
    private const int KeysOfQuery = 1000;
    private readonly IMongoCollection<BsonDocument> _collection;
    private readonly string[] _keys;

    /// <summary>Creates the copy without connecting.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="keyFields">The fields that identify a document; null for <c>_id</c>. They need an index.</param>
    /// <exception cref="ArgumentException">The list of fields is empty.</exception>
    public MongoCollectionCopy(IMongoCollection<BsonDocument> collection, IReadOnlyList<string>? keyFields = null)
    {
        ArgumentNullException.ThrowIfNull(collection);
        _collection = collection;
        _keys = keyFields is null ? ["_id"] : [.. keyFields];
        if (_keys.Length == 0)
        {
            throw new ArgumentException("A copy needs at least one field that identifies a document.", nameof(keyFields));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> KeyColumns => _keys;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<CopyRow>> ReadAsync(IReadOnlyList<DataRecord> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var rows = new List<CopyRow>(keys.Count);
        for (var start = 0; start < keys.Count; start += KeysOfQuery)
        {
            var filter = FilterOf(keys.Skip(start).Take(KeysOfQuery));
            using var cursor = await _collection.FindAsync(filter, null, cancellationToken).ConfigureAwait(false);
            while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.AddRange(cursor.Current.Select(RowOf));
            }
        }

        return rows;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<CopyRow>> ListKeysAsync(int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var projection = new BsonDocument(_keys.Select(static key => new BsonElement(key, 1)));
        projection["_id"] = _keys.Contains("_id") ? 1 : 0;
        var options = new FindOptions<BsonDocument> { BatchSize = pageSize, Projection = projection };
        using var cursor = await _collection.FindAsync(new BsonDocument(), options, cancellationToken).ConfigureAwait(false);
        while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return [.. cursor.Current.Select(RowOf)];
        }
    }

    private BsonDocument FilterOf(IEnumerable<DataRecord> keys) => _keys.Length == 1
        ? new BsonDocument(_keys[0], new BsonDocument("$in", new BsonArray(keys.Select(static key => ValueOf(key[0])))))
        : new BsonDocument("$or", new BsonArray(keys.Select(key
            => new BsonDocument(_keys.Select((name, i) => new BsonElement(name, new BsonDocument("$eq", ValueOf(key[i]))))))));

    private static CopyRow RowOf(BsonDocument document)
    {
        var record = document.ToDataRecord();
        var columns = new string[record.Count];
        var values = new object?[record.Count];
        var i = 0;
        foreach (var field in record)
        {
            columns[i] = field.Name;
            values[i++] = field.Value;
        }

        return new CopyRow(columns, values);
    }

    /// <summary>A key of any source as MongoDB compares it.</summary>
    private static BsonValue ValueOf(DataValue value) => value.Kind switch
    {
        ValueKind.UInt64 when value.AsUInt64() <= long.MaxValue => new BsonInt64((long)value.AsUInt64()),
        ValueKind.UInt64 or ValueKind.Decimal => new BsonDecimal128(Decimal128.Parse(value.AsBigDecimal().ToString())),
        ValueKind.Single => new BsonDouble(value.AsSingle()),
        ValueKind.Enum or ValueKind.Set or ValueKind.Time => new BsonString(value.ToString()),
        ValueKind.Date or ValueKind.DateTime when value.AsCalendar().TryToDateTime(out var time)
            => new BsonDateTime(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        ValueKind.Date or ValueKind.DateTime => new BsonString(value.ToString()),
        _ => value.ToBsonValue(),
    };
}
