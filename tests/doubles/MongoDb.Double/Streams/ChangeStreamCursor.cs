using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>A change stream over the oplog.</summary>
internal sealed class ChangeStreamCursor : ServerCursor
{
    private readonly DataStore _store;
    private readonly ChangeStreamRequest _request;
    private readonly EventRenderer _renderer;
    private readonly int _maxEventSize;
    private readonly Queue<(Doc Token, byte[] Bytes)> _pending = new();
    private Doc _lastToken;
    private DocTimestamp _seenThrough;
    private long _next;
    private bool _ended;

    public ChangeStreamCursor(DataStore store, ChangeStreamRequest request, int maxEventSize)
        : base(request.Database, request.Collection.Length > 0 ? request.Collection : "$cmd.aggregate")
    {
        _store = store;
        _request = request;
        _renderer = new EventRenderer(store, request);
        _maxEventSize = maxEventSize;
        _next = store.Oplog.End;
        _seenThrough = store.LastTime;
        _lastToken = new ResumeToken(store.LastTime, false).ToDoc();
        if (request.Options["startAtOperationTime"] is DocTimestamp time)
        {
            StartAt(time);
            _lastToken = new ResumeToken(time, false).ToDoc();
        }
        else if (request.Options.Document("resumeAfter") is { } resume)
        {
            Resume(resume, allowInvalidate: false);
        }
        else if (request.Options.Document("startAfter") is { } start)
        {
            Resume(start, allowInvalidate: true);
        }
    }

    public override bool Awaits => true;

    public override bool IsDone => _ended && _pending.Count == 0;

    public override CursorBatch Next(int batchSize)
    {
        if (_next < _store.Oplog.Start)
        {
            throw HistoryLost();
        }

        var taken = new List<byte[]>();
        int bytes = 0;
        while (taken.Count < batchSize && Fill())
        {
            (Doc token, byte[] change) = _pending.Peek();
            if (taken.Count > 0 && bytes + change.Length > MaxBatchBytes)
            {
                break;
            }

            _pending.Dequeue();
            taken.Add(change);
            bytes += change.Length;
            _lastToken = token;
        }

        return CursorBatch.Of(taken, PostBatchToken(batchSize));
    }

    // With everything read, the token is as late as the deployment's clock; else that of the last event given.
    private Doc PostBatchToken(int batchSize)
    {
        if (batchSize > 0 && !_ended && _pending.Count == 0 && _next == _store.Oplog.End && _store.LastTime > _seenThrough)
        {
            _seenThrough = _store.LastTime;
            bool newest = _store.Oplog.Entries.Count > 0 && _store.Oplog.Entries[^1].Time == _store.LastTime;
            Doc mark = new ResumeToken(_store.LastTime, false).ToDoc();

            // A mark at the time of an operation would order before that operation.
            _lastToken = newest && string.CompareOrdinal(_lastToken.Text("_data"), mark.Text("_data")) > 0 ? _lastToken : mark;
        }

        return _lastToken;
    }

    private bool Fill()
    {
        while (_pending.Count == 0 && !_ended && _next < _store.Oplog.End)
        {
            OplogEntry entry = _store.Oplog[_next++];
            if (_request.Shows(entry))
            {
                Enqueue(entry);
            }
        }

        return _pending.Count > 0;
    }

    private void Enqueue(OplogEntry entry, int skipFragments = 0)
    {
        Doc change = _renderer.Render(entry);
        string token = DocJson.Write(change["_id"]);
        if (Pipeline.Run(change, _request.Following) is { } kept)
        {
            if (DocJson.Write(kept["_id"]) != token)
            {
                throw new CommandError(
                    280, "Encountered an event whose _id field, which contains the resume token, was modified by the pipeline.");
            }

            EnqueueSized(kept, skipFragments);
        }

        if (_request.IsEndedBy(entry))
        {
            Doc invalidate = EventRenderer.Invalidate(entry);
            _pending.Enqueue((invalidate.Document("_id") ?? [], DocWriter.ToBytes(invalidate)));
            _ended = true;
        }
    }

    private void EnqueueSized(Doc change, int skipFragments)
    {
        byte[] encoded = DocWriter.ToBytes(change);
        if (encoded.Length <= _maxEventSize)
        {
            _pending.Enqueue((change.Document("_id") ?? [], encoded));
            return;
        }

        if (!_request.SplitsLarge)
        {
            throw new CommandError(
                10334, $"BSONObj size: {encoded.Length} (0x{encoded.Length:X}) is invalid. Size must be between 0 and {_maxEventSize}");
        }

        foreach (Doc fragment in EventSplitter.Split(change, _maxEventSize).Skip(skipFragments))
        {
            _pending.Enqueue((fragment.Document("_id") ?? [], DocWriter.ToBytes(fragment)));
        }
    }

    private void StartAt(DocTimestamp time)
    {
        if (time <= _store.Oplog.LostThrough)
        {
            throw HistoryLost();
        }

        _next = _store.Oplog.FirstFrom(time);
        _seenThrough = default;
    }

    private void Resume(Doc tokenDocument, bool allowInvalidate)
    {
        ResumeToken token = ResumeToken.Parse(tokenDocument);
        if (token.IsInvalidate && !allowInvalidate)
        {
            throw new CommandError(
                260, "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.");
        }

        StartAt(token.Time);
        _lastToken = token.ToDoc();
        if (!token.IsEvent)
        {
            return;
        }

        if (_store.Oplog.Find(token.Time, token.Index) is not { } number || !_request.Shows(_store.Oplog[number]))
        {
            throw new CommandError(280, "cannot resume stream; the resume token was not found.");
        }

        _next = number + 1;
        OplogEntry entry = _store.Oplog[number];
        if (token.Fragment > 0 && !_request.SplitsLarge)
        {
            throw new CommandError(280, "cannot resume stream; a split event's token needs the stage $changeStreamSplitLargeEvent");
        }

        // Resuming after the drop gives the invalidate; after a fragment, the fragments that follow it.
        if (token.Fragment > 0)
        {
            Enqueue(entry, token.Fragment);
        }
        else if (!token.IsInvalidate && _request.IsEndedBy(entry))
        {
            Enqueue(entry);
            _pending.Dequeue();
        }
    }

    private static CommandError HistoryLost() => new(
        286, "Resume of change stream was not possible, as the resume point may no longer be in the oplog.");
}
