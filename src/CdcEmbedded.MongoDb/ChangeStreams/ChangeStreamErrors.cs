namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What a server's errors mean for a change stream (specification "Change Streams", "Resumable Error";
/// src/mongo/base/error_codes.yml; R55).</summary>
internal static class ChangeStreamErrors
{
    private const string ResumableLabel = "ResumableChangeStreamError";
    private const string FatalLabel = "NonResumableChangeStreamError";

    /// <summary>Servers from 4.4 on (wire version 9) label resumable errors.</summary>
    private const int FirstLabellingWireVersion = 9;

    private const int Unauthorized = 13;
    private const int CursorNotFound = 43;
    private const int NoMatchingDocument = 47;
    private const int InvalidResumeToken = 260;
    private const int ChangeStreamFatalError = 280;
    private const int BsonObjectTooLarge = 10334;
    private const int NotAReplicaSet = 40573;

    /// <summary>Whether opening the stream again, at a newly chosen server, is the answer.</summary>
    public static bool IsResumable(CdcException exception, int wireVersion) => exception switch
    {
        MongoCommandException error => IsResumable(error, wireVersion),
        CdcConnectionException connection => connection.IsTransient,
        _ => false,
    };

    /// <summary>Whether an event was too large to be sent.</summary>
    public static bool IsOversize(CdcException exception) => exception is MongoCommandException { Code: BsonObjectTooLarge };

    /// <summary>The exception that the application, or the engine, shall see.</summary>
    /// <param name="error">The server's error.</param>
    /// <param name="wireVersion">The server's version.</param>
    /// <param name="position">Where the stream stands, for the message.</param>
    public static CdcException Translate(MongoCommandException error, int wireVersion, CdcOffset position)
    {
        if (IsResumable(error, wireVersion))
        {
            return error.IsTransient ? error : new MongoCommandException(error.Command, error.Server, error.Reply, isTransient: true);
        }

        switch (error.Code)
        {
            case BsonObjectTooLarge:
                return new OversizeEventException($"A change event behind {position} is larger than the 16 MB that a server can send, so the "
                    + "stream cannot go on here. Set OnOversizeEvent to WithoutDocuments to get the event without its documents, or leave large fields out "
                    + $"with a $project stage in Pipeline. {error.Message}", error);
            case ChangeStreamFatalError when error.ServerMessage.Contains("_id field", StringComparison.Ordinal):
                return error;
            case NoMatchingDocument:
                return new SourceInconsistentException($"A document image that the options require does not exist for an event behind {position}: "
                    + "the collection does not keep images (changeStreamPreAndPostImages), or it has expired. Use WhenAvailable instead of Required to go "
                    + $"on without it. {error.Message}", error);
            case NotAReplicaSet:
                return Misconfigured(error, "mongodb.replica_set", "Run the server as a replica set, also with a single member: start it with "
                    + "--replSet rs0, then rs.initiate().");
            case Unauthorized:
                return Misconfigured(error, "mongodb.privileges", "Give the user the actions find and changeStream on what the stream is opened on.");
            default:
                return IsLost(error) ? Lost(error, position) : error;
        }
    }

    private static bool IsResumable(MongoCommandException error, int wireVersion)
    {
        if (error.Code == CursorNotFound || error.HasErrorLabel(ResumableLabel))
        {
            return true;
        }

        // Without labels: HostUnreachable, HostNotFound, NetworkTimeout, ShutdownInProgress, PrimarySteppedDown, ExceededTimeLimit,
        // SocketException, NotWritablePrimary, InterruptedAtShutdown, InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk,
        // NotPrimaryOrSecondary, StaleShardVersion, StaleEpoch, StaleConfig, RetryChangeStream, FailedToSatisfyReadPreference.
        return wireVersion < FirstLabellingWireVersion && !error.HasErrorLabel(FatalLabel)
            && error.Code is 6 or 7 or 89 or 91 or 189 or 262 or 9001 or 10107 or 11600 or 11602 or 13435 or 13436 or 63 or 150 or 13388 or 234 or 133;
    }

    // 286 ChangeStreamHistoryLost, 280 ChangeStreamFatalError, 260 InvalidResumeToken, 40576 and 40585 of older servers, 136 CappedPositionLost.
    private static bool IsLost(MongoCommandException error)
        => error.Code is 286 or ChangeStreamFatalError or InvalidResumeToken or 40576 or 40585 or 136 || error.HasErrorLabel(FatalLabel);

    private static OffsetLostException Lost(MongoCommandException error, CdcOffset position) => error.Code is InvalidResumeToken or ChangeStreamFatalError
        ? new OffsetLostException($"The server does not know the stored position {position}: it belongs to another deployment or to a stream of other "
            + "collections, or its event is gone. Point the source at the right deployment, or delete the stored offset to start afresh. "
            + error.Message, error)
        : new OffsetLostException($"The server's oplog no longer reaches back to the stored position {position}: changes behind it are gone. Read the "
            + "collections anew, then start from the latest position; keep more with db.adminCommand({ replSetResizeOplog: 1, minRetentionHours: 72 }). "
            + error.Message, error);

    private static ServerMisconfiguredException Misconfigured(MongoCommandException error, string code, string remedy)
        => new($"{error.Message} Remedy: {remedy}", [new SourceFinding(true, code, error.Message, remedy)]);
}
