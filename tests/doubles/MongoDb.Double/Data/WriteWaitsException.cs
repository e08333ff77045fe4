namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>A write outside transactions met a document that an open transaction has written: the server tries it again until that
/// transaction has ended.</summary>
internal sealed class WriteWaitsException : Exception;
