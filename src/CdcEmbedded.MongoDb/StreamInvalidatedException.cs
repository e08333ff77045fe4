namespace CdcEmbedded.MongoDb;

/// <summary>The collection or database that the stream was opened on was dropped or renamed.</summary>
public sealed class StreamInvalidatedException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is gone, and what to do.</param>
    public StreamInvalidatedException(string message)
        : base(message)
    {
    }
}
