using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>How the stream is opened, apart from its place: what the options want, fitted to what the server can do. Immutable.</summary>
internal sealed record StreamPlan
{
    public required StreamIdentity Identity { get; init; }

    /// <summary>Stages before those of the application; null for none.</summary>
    public BsonDocument? Match { get; init; }

    public IReadOnlyList<BsonDocument> Pipeline { get; init; } = [];

    public bool ShowExpandedEvents { get; init; }

    /// <summary>True if large events arrive in fragments (6.0.9 and later, and all from 7.0 on).</summary>
    public bool SplitsLargeEvents { get; init; }

    /// <summary>The most events of a batch.</summary>
    public int BatchSize { get; init; }
}
