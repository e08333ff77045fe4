namespace CdcEmbedded.MongoDb;

/// <summary>What <see cref="ChangeEvent.Before"/> of updates, replacements and deletes holds.</summary>
public enum BeforeImageMode
{
    /// <summary><see cref="WhenAvailable"/> on MongoDB 6.0 and later, else <see cref="Off"/>.</summary>
    Automatic = 0,

    /// <summary>Nothing.</summary>
    Off,

    /// <summary>The document as it was, where the collection keeps such images and they have not expired; else nothing. MongoDB
    /// 6.0 and later.</summary>
    WhenAvailable,

    /// <summary>The same, and the stream fails where one is missing. MongoDB 6.0 and later.</summary>
    Required,
}
