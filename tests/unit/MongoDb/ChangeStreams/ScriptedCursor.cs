using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>A cursor of a <see cref="ScriptedDeployment"/>: given replies, or a history in batches of random sizes, empty
/// ones among them.</summary>
internal sealed class ScriptedCursor : IMongoCursor
{
    private readonly Queue<RawBson> _replies = new();
    private readonly History? _history;
    private readonly Random _random = new(1);
    private readonly Func<bool> _isBroken = static () => false;
    private int _next;
    private string? _token;

    public ScriptedCursor(IEnumerable<RawBson> replies)
    {
        foreach (var reply in replies)
        {
            _replies.Enqueue(reply);
        }
    }

    public ScriptedCursor(History history, int next, string? token, Random random, Func<bool> isBroken)
    {
        _history = history;
        _next = next;
        _token = token;
        _random = random;
        _isBroken = isBroken;
    }

    public string Server => "scripted:0";

    public bool IsExhausted => _history is null && _replies.Count == 0;

    public async ValueTask<MongoBatch> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_history is not { } history)
        {
            return _replies.TryDequeue(out var reply) ? new MongoBatch(reply)
                : throw new InvalidOperationException("The cursor is exhausted.");
        }

        if (_isBroken())
        {
            throw new CdcConnectionException("The script breaks the connection.");
        }

        if (_next == history.Events.Count)
        {
            await Task.Delay(1, cancellationToken);
        }

#pragma warning disable CA5394
        var count = Math.Min(_random.Next(0, 6), history.Events.Count - _next);
#pragma warning restore CA5394
        var documents = new BsonArray();
        for (var i = 0; i < count; i++)
        {
            _token = history.Events[_next].Token;
            documents.Add(history.Events[_next++].Document);
        }

        _token = _next == history.Events.Count ? history.EndToken : _token;
        var cursor = new BsonDocument { { "id", 1L }, { "ns", "shop.$cmd.aggregate" }, { "nextBatch", documents } };
        if (_token is not null)
        {
            cursor.Add("postBatchResumeToken", new BsonDocument("_data", _token));
        }

        return new MongoBatch(new RawBson(new BsonDocument { { "cursor", cursor }, { "ok", 1.0 } }.ToBson()));
    }

    public ValueTask DisposeAsync() => default;
}
