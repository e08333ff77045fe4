namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>How the stream is read around an event that is too large.</summary>
internal enum FeedMode
{
    /// <summary>In whole batches.</summary>
    Normal = 0,

    /// <summary>One event at a time: the next one that cannot be sent is the one.</summary>
    Careful,

    /// <summary>That one event, without its documents or with nothing but what identifies it.</summary>
    Reduced,
}
