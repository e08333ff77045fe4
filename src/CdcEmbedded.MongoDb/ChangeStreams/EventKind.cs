namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The operations that change a document; all others, known or not, are one kind.</summary>
internal enum EventKind
{
    Other = 0,
    Insert,
    Update,
    Replace,
    Delete,
}
