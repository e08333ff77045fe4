namespace CdcEmbedded.MongoDb;

/// <summary>What <see cref="ChangeEvent.After"/> of an update holds. Inserts and replacements carry their document in every mode.</summary>
public enum FullDocumentMode
{
    /// <summary><see cref="WhenAvailable"/> where all captured collections keep post-images, else <see cref="UpdateLookup"/>.</summary>
    Automatic = 0,

    /// <summary>Nothing: only <see cref="UpdateDescription"/> says what changed.</summary>
    Off,

    /// <summary>The document as it is when the server makes the event: it may be newer than the update, or gone.</summary>
    UpdateLookup,

    /// <summary>The document exactly as the update left it, where the collection keeps such images and they have not expired; else nothing.
    /// MongoDB 6.0 and later.</summary>
    WhenAvailable,

    /// <summary>The same, and the stream fails where one is missing. MongoDB 6.0 and later.</summary>
    Required,
}
