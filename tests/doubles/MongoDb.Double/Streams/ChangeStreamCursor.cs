using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>A change stream over the oplog.</summary>
internal sealed class ChangeStreamCursor : ServerCursor
{
    private readonly DataStore _store;
    private readonly ChangeStreamRequest _request;
    private readonly EventSource _events;
    private readonly Queue<StreamEvent> _pending = new();
    private readonly ResumePoint? _resume;
    private Doc _lastToken;
    private DocTimestamp _seenThrough;
    private long _next;
    private Doc? _end;

    public ChangeStreamCursor(DataStore store, ChangeStreamRequest request, MongoDoubleOptions options)
        : base(request.Database, request.Collection.Length > 0 ? request.Collection : "$cmd.aggregate")
    {
        _store = store;
        _request = request;
        _events = new EventSource(store, request, options);
        StreamStart start = StreamStart.Resolve(store, request, options);
        _next = start.FirstEntry;
        _resume = start.Resume;
        _lastToken = start.Token;
        _seenThrough = start.SeenThrough;
    }

    public override bool Awaits => true;

    public override bool IsInvalidated => IsDone;

    public override bool IsDone => _end is not null && _pending.Count == 0;

    public override CursorBatch Next(int batchSize)
    {
        if (_next < _store.Oplog.Start)
        {
            throw StreamStart.HistoryLost();
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
        if (IsDone && _end is { } end)
        {
            return end;
        }

        if (batchSize > 0 && _end is null && _pending.Count == 0 && _next == _store.Oplog.End && _store.LastTime > _seenThrough)
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
        while (_pending.Count == 0 && _end is null && _next < _store.Oplog.End)
        {
            OplogEntry entry = _store.Oplog[_next++];
            Scanned++;
            if (_request.Shows(entry))
            {
                Enqueue(entry);
            }
        }

        return _pending.Count > 0;
    }

    private void Enqueue(OplogEntry entry)
    {
        if (!entry.EndsStreams && (_resume is null || _resume.IsPassed || !_resume.Skips(_events.TokenOf(entry))))
        {
            foreach (StreamEvent change in _events.Of(entry).Where(change => _resume?.Admits(change.Token) != false))
            {
                _pending.Enqueue(change);
            }
        }

        // The invalidate that a client starts after ends no stream again.
        if (_request.IsEndedBy(entry))
        {
            StreamEvent invalidate = _events.Invalidate(entry);
            if (_resume?.Admits(invalidate.Token) != false)
            {
                if (_events.KeepsInvalidate(entry))
                {
                    _pending.Enqueue(invalidate);
                }

                _end = invalidate.Token;
            }
        }
    }
}
