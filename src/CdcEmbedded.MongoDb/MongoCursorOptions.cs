namespace CdcEmbedded.MongoDb;

/// <summary>How a cursor is opened and read.</summary>
public sealed record MongoCursorOptions : MongoCommandOptions
{
    /// <summary>The most documents of each further batch. The first batch has its size in the command.</summary>
    /// <value>Null, by default, for as many as fit into 16 MB.</value>
    public int? BatchSize { get; init; }

    /// <summary>How long the server waits for events before it answers with an empty batch. For change streams and tailable cursors
    /// only.</summary>
    /// <value>Null, by default, for the server's own time, which is one second for a change stream.</value>
    public TimeSpan? MaxAwaitTime { get; init; }
}
