namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>How a cursor is read.</summary>
internal sealed record CursorOptions
{
    /// <summary>The maximum number of documents of each further batch; null for as many as fit into 16 MB. The command itself says how many
    /// the first batch has.</summary>
    public int? BatchSize { get; init; }

    /// <summary>How long the server waits for events before it answers with an empty batch; null for cursors that do not wait.</summary>
    public TimeSpan? MaxAwaitTime { get; init; }

    /// <summary>True if the first batch may take long, as that of a condition that few documents meet. Then only the driver's monitors
    /// notice that the server is gone.</summary>
    public bool IsLong { get; init; }
}
