namespace CdcEmbedded.MongoDb;

/// <summary>What happens with a change event that is too large for the server to send (16 MB), even in fragments.</summary>
public enum OversizeEventPolicy
{
    /// <summary>The stream ends with an <see cref="OversizeEventException"/>. The default.</summary>
    Fail = 0,

    /// <summary>The event is delivered without its documents and update description,
    /// marked by <see cref="MongoSourceInfo.IsReduced"/>.</summary>
    Reduce,

    /// <summary>The event is skipped, with a <see cref="Notice"/> of kind <see cref="NoticeKind.EventSkipped"/>: its message and
    /// <see cref="Notice.Source"/>, a <see cref="MongoSourceInfo"/>, say which it was. No other event is lost, unless
    /// <see cref="MongoSourceOptions.Pipeline"/> selects events by a document that is looked up and has changed meanwhile: then the next
    /// event that it selects may be the one that is skipped and reported.</summary>
    Skip,
}
