using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>Where a change stream begins: now, at a time, or after a token.</summary>
/// <param name="FirstEntry">The first oplog entry to read.</param>
/// <param name="Token">The token of the first batch where it is empty.</param>
/// <param name="SeenThrough">The time up to which the stream has nothing to report.</param>
/// <param name="Resume">The token to resume after, null for none.</param>
internal sealed record StreamStart(long FirstEntry, Doc Token, DocTimestamp SeenThrough, ResumePoint? Resume)
{
    /// <exception cref="CommandError">The start is refused.</exception>
    public static StreamStart Resolve(DataStore store, ChangeStreamRequest request, MongoDoubleOptions options)
    {
        if (request.Options["startAtOperationTime"] is DocTimestamp time)
        {
            return new StreamStart(EntryAt(store, time, options), new ResumeToken(time, false).ToDoc(), default, null);
        }

        if ((request.Options.Document("resumeAfter") ?? request.Options.Document("startAfter")) is not { } document)
        {
            return new StreamStart(store.Oplog.End, new ResumeToken(store.LastTime, false).ToDoc(), store.LastTime, null);
        }

        ReceivedToken token = Parse(document, options);
        Check(request, token);
        long first = EntryAt(store, token.Time, options);
        if (token.IsEvent && !options.SeeksResumeTokens)
        {
            CheckAtOnce(store, request, token);
        }

        ResumePoint? resume = token.IsEvent ? new ResumePoint(token, options.SeeksResumeTokens) : null;
        return new StreamStart(first, document, default, resume);
    }

    public static CommandError HistoryLost() => new(
        286, "Resume of change stream was not possible, as the resume point may no longer be in the oplog.");

    private static ReceivedToken Parse(Doc document, MongoDoubleOptions options)
    {
        try
        {
            return ReceivedToken.Parse(document);
        }
        catch (CommandError e) when (!options.ReportsTokenErrors)
        {
            throw new CommandError(260, $"Bad resume token: {e.Message}");
        }
    }

    private static void Check(ChangeStreamRequest request, ReceivedToken token)
    {
        if (token.IsInvalidate && request.Options.Has("resumeAfter"))
        {
            throw new CommandError(
                260, "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.");
        }

        if (token.IsEvent && !token.HasCollection && request.Collection.Length > 0)
        {
            throw new CommandError(
                260, "Attempted to resume a single-collection stream, but the resume token does not include a UUID.");
        }
    }

    // A start that the oplog no longer reaches is refused; an oplog that was never cut begins with the deployment.
    private static long EntryAt(DataStore store, DocTimestamp time, MongoDoubleOptions options)
    {
        Oplog oplog = store.Oplog;
        bool before = oplog.LostThrough > default(DocTimestamp) && options.ChecksOldestEntry && oplog.Entries.Count > 0
            ? time < oplog.Entries[0].Time
            : time <= oplog.LostThrough;
        return before ? throw HistoryLost() : oplog.FirstFrom(time);
    }

    private static void CheckAtOnce(DataStore store, ChangeStreamRequest request, ReceivedToken token)
    {
        if (store.Oplog.Find(token.Time, token.Index) is not { } number || !request.Shows(store.Oplog[number]))
        {
            throw new CommandError(280, "cannot resume stream; the resume token was not found.");
        }
    }
}
