using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Decides how the stream is opened at its point, and which errors another way of opening answers.</summary>
/// <remarks>
/// <para>A server accepts the token of an event only if the stream produces that event again, in the same fragments, and can send it
/// (change_stream_ensure_resume_token_present_stage.cpp, document_source_change_stream_split_large_event.cpp). It does not after a change
/// of what is captured, after a change of images or documents that makes an event smaller, and never for an event that was too large. The
/// stream then starts at the token's time, without the events up to the token.</para>
/// <para>An event that cannot be sent fails the whole batch. The stream is read one event at a time up to it, and that event alone
/// without its documents, or only what identifies it.</para>
/// </remarks>
internal sealed class OpeningPlan(StreamPlan plan, FeedSettings settings)
{
    // Through a mongos a batch may be empty though a shard has events.
    private const int QuietBatches = 3;
    private FeedMode _mode;
    private int _emptyBatches;
    private RawBson _opened;
    private RawBson _refused;
    private RawBson _invalidated;
    private bool _lacksStartAfter;

    /// <summary>True if events are read without their documents.</summary>
    public bool IsReduced => _mode == FeedMode.Reduced;

    /// <summary>Returns how to open the stream at a point.</summary>
    public StreamOpening At(in StreamPoint point)
    {
        var opening = new StreamOpening
        {
            BatchSize = _mode == FeedMode.Normal ? plan.BatchSize : 1,
            ResumesAfter = _lacksStartAfter,
            WithoutDocuments = IsReduced && settings.OnOversizeEvent == OversizeEventPolicy.Reduce,
            OnlyIdentity = IsReduced && settings.OnOversizeEvent == OversizeEventPolicy.Skip,
        };
        if (!point.Token.HasValue)
        {
            return opening;
        }

        if (_lacksStartAfter && point.Token.Equals(_invalidated) && (ResumeTokens.TimeOf(point.Token) ?? point.Time) is { } time)
        {
            // The invalidate is the last event of its time, and would end the stream again.
            return opening with { Time = time.Next };
        }

        return (IsReduced || point.Token.Equals(_refused)) && TokenParts.TryRead(point.Token, out var parts) && parts.IsEvent
            ? opening with { Time = parts.Time, SkipsToToken = true }
            : opening;
    }

    /// <summary>Decides if the stream is to be opened again, in another way, after an error.</summary>
    /// <param name="error">The error of the opening or of a read.</param>
    /// <param name="point">The point of the stream.</param>
    public bool TryRecover(CdcException error, in StreamPoint point)
    {
        if (ChangeStreamErrors.IsOversize(error))
        {
            return TryTime(point, error) || TryReduce();
        }

        if (ChangeStreamErrors.IsTokenRefused(error))
        {
            return TryTime(point, error) || TryLaterPoint(point);
        }

        if (!_lacksStartAfter && point.Token.HasValue && ChangeStreamErrors.LacksStartAfter(error))
        {
            _lacksStartAfter = true;
            Log.NoStartAfter(settings.Logger, plan.Identity.Name);
            return true;
        }

        return false;
    }

    /// <summary>Records that a batch was read.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="before">The point before it.</param>
    /// <param name="point">The point after it.</param>
    /// <returns>True if the stream is to be opened again, in its normal way.</returns>
    public bool OnBatch(MongoBatch batch, in StreamPoint before, in StreamPoint point)
    {
        // A reduced event may take several batches as well, and events before the start of the stream do not count. It may also be gone:
        // its document was looked up again, and the pipeline no longer selects it.
        _emptyBatches = batch.Documents.IsEmpty ? _emptyBatches + 1 : 0;
        if (_mode == FeedMode.Normal
            || (_emptyBatches > 0 ? _emptyBatches < QuietBatches : !IsReduced || point.Token.Equals(before.Token)))
        {
            return false;
        }

        if (IsReduced)
        {
            // It was delivered or skipped. Its own token would make the server produce it again, with its documents.
            _refused = point.Token.Detach();
        }

        // Careful and quiet: nothing waits any more, so that what was too large is gone.
        _mode = FeedMode.Normal;
        return true;
    }

    /// <summary>Records that the stream was opened at a point.</summary>
    public void OnOpened(in StreamPoint point) => _opened = point.Token.HasValue ? point.Token.Detach() : default;

    /// <summary>Records that the stream ended with the event at the point.</summary>
    public void OnInvalidated(in StreamPoint point) => _invalidated = point.Token.Detach();

    private bool TryTime(in StreamPoint point, CdcException error)
    {
        if (!point.Token.HasValue || point.Token.Equals(_refused) || !TokenParts.TryRead(point.Token, out var parts) || !parts.IsEvent)
        {
            return false;
        }

        _refused = point.Token.Detach();
        Log.ResumingByTime(settings.Logger, plan.Identity.Name, parts.Time, error.Message);
        return true;
    }

    // The server refuses the token of the opening at the first later event. Post-batch tokens may have moved the point past it before.
    private bool TryLaterPoint(in StreamPoint point)
    {
        var isLater = _opened.HasValue && !point.Token.Equals(_opened);
        _opened = default;
        return isLater;
    }

    private bool TryReduce()
    {
        if (settings.OnOversizeEvent == OversizeEventPolicy.Fail || IsReduced)
        {
            return false;
        }

        _mode = _mode == FeedMode.Normal ? FeedMode.Careful : FeedMode.Reduced;
        _emptyBatches = 0;
        Log.OversizeEvent(settings.Logger, plan.Identity.Name, _mode);
        return true;
    }
}
