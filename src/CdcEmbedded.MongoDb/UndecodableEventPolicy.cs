namespace CdcEmbedded.MongoDb;

/// <summary>What happens with a change event whose bytes are damaged, so that its fields cannot be found.</summary>
public enum UndecodableEventPolicy
{
    /// <summary>The stream ends with a <see cref="ValueDecodingException"/>. The default.</summary>
    Fail = 0,

    /// <summary>The event is skipped, with a <see cref="Notice"/> of kind <see cref="NoticeKind.EventSkipped"/> that says which it was as
    /// far as that can be read. A fragment of a split event is not skipped: the stream ends.</summary>
    Skip,
}
