namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What a server's errors mean for a change stream (specification "Change Streams", "Resumable
/// Error"; src/mongo/base/error_codes.yml; R55).</summary>
internal static class ChangeStreamErrors
{
    private const string ResumableLabel = "ResumableChangeStreamError";
    private const string FatalLabel = "NonResumableChangeStreamError";

    private const int FailedToParse = 9;
    private const int Unauthorized = 13;
    private const int CursorNotFound = 43;
    private const int NoMatchingDocument = 47;
    private const int CappedPositionLost = 136;
    private const int InvalidResumeToken = 260;
    private const int ChangeStreamFatalError = 280;
    private const int BsonObjectTooLarge = 10334;
    private const int NotAReplicaSet = 40573;

    // change_stream_split_event_helpers.cpp: a field is larger than a fragment.
    private const int CannotSplit = 7182500;

    /// <summary>The errors of reading a token (resume_token.cpp; key_string.cpp from 50810 on).</summary>
    private static readonly HashSet<int> TokenErrors =
    [
        40646, 40647, 40648, 40649, 50788, 50793, 50794, 50795, 50796, 50810, 50811, 50812, 50813, 50814, 50815, 50816, 50817, 50818,
        50819, 50820, 50854, 50855, 50870, 50872, 51055, 51056, 51057, 6189500, 6189501, 6189502, 6189503, 6189504, 6189505, 7182501,
        7182504,
    ];

    /// <summary>True if opening the stream again, at a newly chosen server, is the answer.</summary>
    public static bool IsResumable(CdcException exception) => exception switch
    {
        MongoCommandFailedException error => IsResumable(error),
        CdcConnectionException connection => connection.IsTransient,
        _ => false,
    };

    /// <summary>True if the oplog has been truncated past a cursor. Whether the stream's position is gone with it says only an opening
    /// there: the position may be past what the cursor had yet to read.</summary>
    public static bool IsOvertaken(CdcException exception) => exception is MongoCommandFailedException { Code: CappedPositionLost };

    /// <summary>True if an event was too large to be sent.</summary>
    public static bool IsOversize(CdcException exception)
        => exception is MongoCommandFailedException { Code: BsonObjectTooLarge or CannotSplit };

    /// <summary>True if the stream does not produce the event of the token, so that it cannot start after it.</summary>
    public static bool IsTokenRefused(CdcException exception)
        => exception is MongoCommandFailedException { Code: ChangeStreamFatalError or InvalidResumeToken } error && !IsPipelineError(error);

    /// <summary>True if the server does not know <c>startAfter</c>, which Amazon DocumentDB lacks.</summary>
    public static bool LacksStartAfter(CdcException exception)
        => exception is MongoCommandFailedException { IsTransient: false } error
            && error.ServerMessage.Contains("startAfter", StringComparison.Ordinal);

    /// <summary>Returns the exception for the application, or the engine.</summary>
    /// <param name="error">The server's error.</param>
    /// <param name="position">The position of the stream, for the message.</param>
    /// <param name="isByTime">True if the stream was opened at the position's time, not after its token.</param>
    public static CdcException Translate(MongoCommandFailedException error, CdcOffset position, bool isByTime = false)
    {
        if (IsResumable(error))
        {
            return error.IsTransient ? error : new MongoCommandFailedException(
                error.Command, error.Server, error.Code, error.CodeName, error.ServerMessage, error.Labels, isTransient: true, error);
        }

        switch (error.Code)
        {
            case BsonObjectTooLarge or CannotSplit:
                return new OversizeEventException(
                    $"A change event after {position} is larger than the 16 MB that a server can send, so the stream cannot continue here. "
                    + "Set OnOversizeEvent to Reduce to get the event without its documents, or to Skip to continue after it, or remove "
                    + $"large fields with a $project stage in Pipeline. {error.Message}", error);
            case ChangeStreamFatalError when isByTime || IsPipelineError(error):
                return error;
            case NoMatchingDocument:
                return new SourceInconsistentException("A document image that the options require does not exist for an event after "
                    + $"{position}: the collection does not keep images (changeStreamPreAndPostImages), or it has expired. Use "
                    + $"WhenAvailable instead of Required to continue without it. {error.Message}", error);
            case NotAReplicaSet:
                return Misconfigured(error, "mongodb.replica_set", "Run the server as a replica set, also with a single member: start it "
                    + "with --replSet rs0, then rs.initiate().");
            case Unauthorized:
                return Misconfigured(
                    error, "mongodb.privileges", "Give the user the actions find and changeStream on what the stream is opened on.");
            default:
                return IsLost(error) ? Lost(error, position) : error;
        }
    }

    // The pipeline changes or removes an event's token.
    private static bool IsPipelineError(MongoCommandFailedException error)
        => error.Code == ChangeStreamFatalError && error.ServerMessage.Contains("_id field", StringComparison.Ordinal);

    // Servers label resumable errors since 4.4, which is the oldest version that the driver supports.
    private static bool IsResumable(MongoCommandFailedException error)
        => error.Code == CursorNotFound || error.HasErrorLabel(ResumableLabel);

    // 286 ChangeStreamHistoryLost, 280 ChangeStreamFatalError, 260 InvalidResumeToken, 40576 and 40585 of older servers.
    private static bool IsLost(MongoCommandFailedException error)
        => error.Code is 286 or ChangeStreamFatalError or InvalidResumeToken or 40576 or 40585 or CappedPositionLost || IsUnreadable(error)
            || error.HasErrorLabel(FatalLabel);

    // Code 9 is also that of a pipeline that cannot be parsed.
    private static bool IsUnreadable(MongoCommandFailedException error) => TokenErrors.Contains(error.Code)
        || (error.Code == FailedToParse && error.ServerMessage.Contains("resume token", StringComparison.OrdinalIgnoreCase));

    private static OffsetLostException Lost(MongoCommandFailedException error, CdcOffset position)
    {
        if (IsUnreadable(error))
        {
            return new OffsetLostException($"The server cannot read the resume token of the stored position {position}: it is "
                + "damaged, or of "
                + $"a server of another kind or version. Delete the stored offset to start again. {error.Message}", error);
        }

        return error.Code is InvalidResumeToken or ChangeStreamFatalError
            ? new OffsetLostException($"The server does not know the stored position {position}: it belongs to another deployment or "
                + "to a stream of other collections, or its event is gone. Point the source at the right deployment, or delete "
                + $"the stored offset to start again. {error.Message}", error)
            : new OffsetLostException($"The server's oplog no longer reaches back to the stored position {position}: changes after it "
                + "are gone. Read the collections again, then start from the latest position; keep more with "
                + $"db.adminCommand({{ replSetResizeOplog: 1, minRetentionHours: 72 }}). {error.Message}", error);
    }

    private static ServerMisconfiguredException Misconfigured(MongoCommandFailedException error, string code, string remedy)
        => new($"{error.Message} Remedy: {remedy}", [new SourceFinding(true, code, error.Message, remedy)]);
}
