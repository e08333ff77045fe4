using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Builds <c>find</c> commands over the index of <c>_id</c> (manual, "find", "cursor.min()", "cursor.max()").</summary>
/// <remarks>
/// <para>Comparisons in a filter stay within one type: <c>{ $gt: 5 }</c> finds no string (R65). The bounds of an index do not: <c>min</c>,
/// inclusive, and <c>max</c>, exclusive. They need the hint. Of a clustered collection the hint means its clustered index. No collation is
/// given: that of the collection is also that of its index.</para>
/// <para>The order is that of the index already; through a mongos the documents of the shards are merged by it only if it is asked
/// for.</para>
/// </remarks>
internal sealed class FindStatement
{
    private static readonly BsonDocument Up = new("_id", 1);
    private static readonly BsonDocument Down = new("_id", -1);
    private readonly MongoSnapshotTable _table;
    private readonly BsonDocument? _condition;
    private readonly bool _isStrict;

    /// <param name="table">The collection.</param>
    /// <param name="condition">A filter as extended JSON, of a trusted caller; null for all documents.</param>
    /// <param name="isStrict">True if the client's Stable API refuses <c>min</c> and <c>max</c>. <c>$expr</c> compares across types too,
    /// and servers with a Stable API use the index for it.</param>
    /// <exception cref="FormatException">The condition is no filter.</exception>
    public FindStatement(MongoSnapshotTable table, string? condition, bool isStrict)
    {
        _table = table;
        _condition = condition is null ? null : Parse(condition);
        _isStrict = isStrict;
    }

    /// <summary>The last document's <c>_id</c>.</summary>
    public BsonDocument Last(BsonDocument readConcern)
    {
        var command = Command(null, Down, 1, readConcern);
        command.Add("projection", Up);
        return command;
    }

    /// <summary>Documents in order.</summary>
    /// <param name="after">The <c>_id</c> after which it begins; null for no bound.</param>
    /// <param name="before">The <c>_id</c> before which it ends; null for no bound.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="readConcern">What the read sees.</param>
    public BsonDocument Range(BsonValue? after, BsonValue? before, int limit, BsonDocument readConcern)
    {
        if (_isStrict)
        {
            return Command(Both(Compare("$gt", after), Compare("$lt", before)), Up, limit, readConcern);
        }

        // The lower bound is inclusive, and its document has been read already.
        var command = Command(after is null ? null : new BsonDocument("_id", new BsonDocument("$ne", after)), Up, limit, readConcern);
        AddBound(command, "min", after);
        AddBound(command, "max", before);
        return command;
    }

    /// <summary>The <c>_id</c> of the document that is some documents after another one: the index alone is read.</summary>
    /// <param name="after">The <c>_id</c> after which the count begins; null for the first documents.</param>
    /// <param name="documents">How many documents, at least 1.</param>
    /// <param name="readConcern">What the read sees.</param>
    public BsonDocument Bound(BsonValue? after, int documents, BsonDocument readConcern)
    {
        var command = Range(after, null, 1, readConcern);
        command.Add("skip", documents - 1L);
        command.Add("projection", Up);
        return command;
    }

    /// <summary>Documents with one of these <c>_id</c>.</summary>
    public BsonDocument WithIds(BsonArray ids, BsonDocument readConcern)
        => Command(new BsonDocument("_id", new BsonDocument("$in", ids)), Up, 0, readConcern);

    private BsonDocument Command(BsonDocument? filter, BsonDocument order, int limit, BsonDocument readConcern)
    {
        var command = new BsonDocument
        {
            { "find", _table.Name },
            { "filter", Both(filter, _condition) ?? [] },
            { "sort", order },
            { "hint", Up },
        };
        if (limit > 0)
        {
            // One more than the limit, so that the server does not leave an exhausted cursor open.
            command.Add("limit", (long)limit);
            command.Add("batchSize", limit + 1L);
        }

        command.Add("readConcern", readConcern);
        return command;
    }

    private static void AddBound(BsonDocument command, string name, BsonValue? id)
    {
        if (id is not null)
        {
            command.Add(name, new BsonDocument("_id", id));
        }
    }

    private static BsonDocument? Compare(string comparison, BsonValue? id) => id is null ? null
        : new BsonDocument("$expr", new BsonDocument(comparison, new BsonArray { "$_id", new BsonDocument("$literal", id) }));

    private static BsonDocument? Both(BsonDocument? left, BsonDocument? right)
        => left is null ? right : right is null ? left : new BsonDocument("$and", new BsonArray { left, right });

    private static BsonDocument Parse(string condition)
    {
        try
        {
            return RawBson.Parse(condition).ToRecord().ToBsonDocument();
        }
        catch (FormatException e)
        {
            throw new FormatException($"The condition of a snapshot must be a filter as extended JSON, such as {{\"status\":\"open\"}}. "
                + e.Message, e);
        }
    }
}
