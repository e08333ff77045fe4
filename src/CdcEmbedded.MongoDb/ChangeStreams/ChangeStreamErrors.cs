namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What a server's errors mean for a change stream (specification "Change Streams", "Resumable Error";
/// src/mongo/base/error_codes.yml; R55).</summary>
internal static class ChangeStreamErrors
{
    private const string ResumableLabel = "ResumableChangeStreamError";
    private const string FatalLabel = "NonResumableChangeStreamError";

    private const int Unauthorized = 13;
    private const int CursorNotFound = 43;
    private const int NoMatchingDocument = 47;
    private const int InvalidResumeToken = 260;
    private const int ChangeStreamFatalError = 280;
    private const int BsonObjectTooLarge = 10334;
    private const int NotAReplicaSet = 40573;

    /// <summary>Whether opening the stream again, at a newly chosen server, is the answer.</summary>
    public static bool IsResumable(CdcException exception) => exception switch
    {
        MongoCommandFailedException error => IsResumable(error),
        CdcConnectionException connection => connection.IsTransient,
        _ => false,
    };

    /// <summary>Whether an event was too large to be sent.</summary>
    public static bool IsOversize(CdcException exception) => exception is MongoCommandFailedException { Code: BsonObjectTooLarge };

    /// <summary>The exception that the application, or the engine, shall see.</summary>
    /// <param name="error">The server's error.</param>
    /// <param name="position">Where the stream stands, for the message.</param>
    public static CdcException Translate(MongoCommandFailedException error, CdcOffset position)
    {
        if (IsResumable(error))
        {
            return error.IsTransient ? error : new MongoCommandFailedException(
                error.Command, error.Server, error.Code, error.CodeName, error.ServerMessage, error.Labels, isTransient: true, error);
        }

        switch (error.Code)
        {
            case BsonObjectTooLarge:
                return new OversizeEventException($"A change event behind {position} is larger than the 16 MB that a server can "
                    + "send, so the "
                    + "stream cannot go on here. Set OnOversizeEvent to WithoutDocuments to get the event without its documents, or "
                        + "leave large fields out "
                    + $"with a $project stage in Pipeline. {error.Message}", error);
            case ChangeStreamFatalError when error.ServerMessage.Contains("_id field", StringComparison.Ordinal):
                return error;
            case NoMatchingDocument:
                return new SourceInconsistentException("A document image that the options require does not exist for an event "
                    + $"behind {position}: "
                    + "the collection does not keep images (changeStreamPreAndPostImages), or it has expired. Use WhenAvailable instead "
                        + "of Required to go "
                    + $"on without it. {error.Message}", error);
            case NotAReplicaSet:
                return Misconfigured(error, "mongodb.replica_set", "Run the server as a replica set, also with a single member: "
                    + "start it with "
                    + "--replSet rs0, then rs.initiate().");
            case Unauthorized:
                return Misconfigured(error, "mongodb.privileges", "Give the user the actions find and changeStream on what the stream "
                    + "is opened on.");
            default:
                return IsLost(error) ? Lost(error, position) : error;
        }
    }

    // Servers label resumable errors since 4.4, which is the oldest version that the driver supports.
    private static bool IsResumable(MongoCommandFailedException error)
        => error.Code == CursorNotFound || error.HasErrorLabel(ResumableLabel);

    // 286 ChangeStreamHistoryLost, 280 ChangeStreamFatalError, 260 InvalidResumeToken, 40576 and 40585 of older servers, 136
    // CappedPositionLost.
    private static bool IsLost(MongoCommandFailedException error)
        => error.Code is 286 or ChangeStreamFatalError or InvalidResumeToken or 40576 or 40585 or 136 || error.HasErrorLabel(FatalLabel);

    private static OffsetLostException Lost(MongoCommandFailedException error, CdcOffset position)
        => error.Code is InvalidResumeToken or ChangeStreamFatalError
        ? new OffsetLostException($"The server does not know the stored position {position}: it belongs to another deployment or to a "
            + "stream of other "
            + "collections, or its event is gone. Point the source at the right deployment, or delete the stored offset to start afresh. "
            + error.Message, error)
        : new OffsetLostException($"The server's oplog no longer reaches back to the stored position {position}: changes behind it are "
            + "gone. Read the "
            + "collections anew, then start from the latest position; keep more with db.adminCommand({ replSetResizeOplog: 1, "
                + "minRetentionHours: 72 }). "
            + error.Message, error);

    private static ServerMisconfiguredException Misconfigured(MongoCommandFailedException error, string code, string remedy)
        => new($"{error.Message} Remedy: {remedy}", [new SourceFinding(true, code, error.Message, remedy)]);
}
