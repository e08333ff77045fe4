namespace CdcEmbedded.MongoDb;

/// <summary>How far <see cref="ChangeEvent.After"/> can be trusted.</summary>
public enum AfterState : byte
{
    /// <summary>There is none: a delete; an update without its document, as the stream was opened, or because the document was gone or its
    /// image had expired.</summary>
    None = 0,

    /// <summary>The document exactly as this change left it.</summary>
    Exact,

    /// <summary>The document as it was when the server looked it up: this change may have been followed by others.</summary>
    Lookup,
}
