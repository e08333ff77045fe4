using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>A position that is to be stored before the stream continues.</summary>
/// <param name="Place">The position.</param>
/// <param name="Sequence">The watermark that it covers.</param>
/// <param name="Required">Where the application stores the offsets after changes: what must be stored before this one. Null where the
/// engine stores them.</param>
internal readonly record struct DueWrite(StreamPlace Place, long Sequence, long? Required);
