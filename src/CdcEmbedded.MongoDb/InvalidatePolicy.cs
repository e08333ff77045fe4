namespace CdcEmbedded.MongoDb;

/// <summary>What happens when the collection or database that a stream was opened on is dropped or renamed.</summary>
public enum InvalidatePolicy
{
    /// <summary>The stream ends with a <see cref="StreamInvalidatedException"/>, after everything that came before. An engine that is
    /// started again resumes after it. The default.</summary>
    Fail = 0,

    /// <summary>The stream continues with a collection or database of the same name, when there is one. MongoDB 4.2 and later.</summary>
    Continue,
}
