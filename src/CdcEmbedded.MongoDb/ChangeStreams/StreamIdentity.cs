using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What all positions and events of one stream have in common. Immutable.</summary>
internal sealed class StreamIdentity
{
    /// <summary>The engine's name.</summary>
    public required string Name { get; init; }

    /// <summary>The replica set's name; null behind a mongos.</summary>
    public string? SetName { get; init; }

    /// <summary>True if the deployment is a sharded cluster.</summary>
    public bool IsSharded { get; init; }

    /// <summary>The captured collections of the scope; null for all.</summary>
    public TableFilter? Filter { get; init; }

    /// <summary>The collections that were reported to keep no images.</summary>
    public HashSet<string> ReportedWithoutImages { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What the stream is opened on.</summary>
    public required StreamScope Scope { get; init; }

    /// <summary>Of the application's pipeline; empty without one.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>What updates carry, decided: never automatic.</summary>
    public FullDocumentMode FullDocument { get; init; }

    /// <summary>What comes before, decided: never automatic.</summary>
    public BeforeImageMode BeforeImages { get; init; }

    /// <summary>The collections that kept images when the stream was opened, as <c>database.collection</c>.</summary>
    public IReadOnlySet<string> CollectionsWithImages { get; init; } = new HashSet<string>();

    /// <summary>True if changes of a collection are captured.</summary>
    public bool Captures(string database, string collection)
        => (Scope.Database ?? database) == database && (Scope.Collection ?? collection) == collection
            && Filter?.Matches(database, collection) != false;

    /// <summary>Why an event has no state before.</summary>
    public BeforeState WithoutBefore(string database, string collection)
        => BeforeImages != BeforeImageMode.Off && CollectionsWithImages.Contains($"{database}.{collection}")
            ? BeforeState.Expired
            : BeforeState.NotConfigured;
}
