using CdcEmbedded.MongoDb.Deployment;
namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What all positions and events of one stream have in common. Immutable.</summary>
internal sealed class StreamIdentity
{
    /// <summary>The engine's name.</summary>
    public required string Name { get; init; }

    /// <summary>The replica set's name; null behind a mongos.</summary>
    public string? SetName { get; init; }

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

    /// <summary>Why an event has no state before.</summary>
    public BeforeState WithoutBefore(string database, string collection)
        => BeforeImages != BeforeImageMode.Off && CollectionsWithImages.Contains($"{database}.{collection}")
            ? BeforeState.Expired
            : BeforeState.NotConfigured;
}
