namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>A value that is encoded already.</summary>
/// <param name="Type">Its BSON type: 3 for a document, 4 for an array.</param>
/// <param name="Bytes">The whole value, length and end included.</param>
internal sealed record DocRaw(byte Type, ReadOnlyMemory<byte> Bytes);
