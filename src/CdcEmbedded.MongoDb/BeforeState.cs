namespace CdcEmbedded.MongoDb;

/// <summary>Why <see cref="ChangeEvent.Before"/> is there, or not.</summary>
public enum BeforeState : byte
{
    /// <summary>An insert has no state before.</summary>
    None = 0,

    /// <summary>It is there, exactly as it was.</summary>
    Present,

    /// <summary>The stream does not ask for images, or the collection does not keep any.</summary>
    NotConfigured,

    /// <summary>The collection keeps images, and this one was deleted before it was read.</summary>
    Expired,
}
