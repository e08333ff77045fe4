using CdcEmbedded.MongoDb.Deployment;
using System.Runtime.ExceptionServices;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Turns the batches of a change stream into changes and items, and knows at each moment from where the
/// stream can resume.</summary>
/// <remarks>
/// <para>A transaction has no end in a change stream (R54). It ends with an event of a later cluster time that is not its own, or a
/// post-batch token that is later than its last event. Until then it stays open, also in offsets, so that orders continue after a restart.
/// In a sharded cluster each shard commits its part at a time of its own: there it ends <see cref="ShardSpread"/> later, or with the next
/// transaction of its session.</para>
/// <para>A post-batch token moves the position only forward, and never while fragments of a split event are held (R49, R50).</para>
/// </remarks>
internal sealed class ChangeStreamAssembler
{
    /// <summary>The cluster time, in seconds, within which the shards of a transaction commit their parts. They do so at once, unless one
    /// of them elects a new primary or is overloaded.</summary>
    public const uint ShardSpread = 10;

    private readonly StreamIdentity _stream;
    private readonly bool _wantsItems;
    private readonly ClusterTime? _end;
    private readonly bool _skipsReduced;
    private readonly bool _skipsUndecodable;
    private readonly OpenTransactions _open = new();
    private readonly FragmentBuffer _fragments = new();
    private IReadOnlyCollection<TransactionProgress> _resumed;
    private FeedBatch _output = new();
    private EventBatch _batch;
    private StreamPoint _point;
    private TokenParts? _resumePoint;
    private int _expected = 16;
    private int _runStart;
    private OpenTransaction? _runTransaction;
    private IReadOnlyCollection<TransactionProgress> _runOpen = MongoPosition.NoneOpen;

    /// <param name="stream">The stream.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="open">The transactions that were open there.</param>
    /// <param name="wantsItems">Whether items other than changes are wanted.</param>
    /// <param name="end">The last time to deliver; null for no end.</param>
    /// <param name="skipsReduced">Whether events that were too large are only reported.</param>
    /// <param name="skipsUndecodable">Whether events whose fields cannot be found are only reported.</param>
    public ChangeStreamAssembler(StreamIdentity stream, StreamPoint start, IReadOnlyCollection<TransactionProgress> open,
        bool wantsItems, ClusterTime? end, bool skipsReduced = false, bool skipsUndecodable = false)
    {
        _skipsReduced = skipsReduced;
        _skipsUndecodable = skipsUndecodable;
        _stream = stream;
        _point = start;
        _wantsItems = wantsItems;
        _end = end;
        _batch = new EventBatch(stream, [], 0);
        _resumed = open;
        foreach (var progress in open)
        {
            _open.Add(new OpenTransaction(progress.Transaction, progress.LastTime));
        }
    }

    /// <summary>True if everything up to the end has been delivered.</summary>
    public bool HasReachedEnd { get; private set; }

    /// <summary>True if the last event was an invalidate: the server has closed the stream.</summary>
    public bool IsInvalidated { get; private set; }

    /// <summary>What was wrong after the events of the last batch; to be thrown when those have been handed over.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>The point from which the stream resumes: after everything delivered.</summary>
    public StreamPoint Point => _point;

    /// <summary>The position of that.</summary>
    public MongoPosition Position => new(_stream, _point, _open.Progress);

    /// <summary>The stream is opened again at <see cref="Point"/>.</summary>
    public void OnReopened()
    {
        _fragments.Clear();
        IsInvalidated = false;
        _resumePoint = TokenParts.TryRead(_point.Token, out var parts) ? parts : null;
    }

    /// <summary>Takes a batch.</summary>
    /// <param name="received">As it was received.</param>
    /// <param name="isReduced">Whether its events were asked for without their documents.</param>
    /// <returns>What it gave; without entries where it gave only fragments.</returns>
    /// <exception cref="CdcProtocolException">An event is damaged, with nothing before it: else see <see cref="Failure"/>.</exception>
    /// <exception cref="SourceInconsistentException">The same: a fragment of a split event is missing.</exception>
    public FeedBatch Process(MongoBatch received, bool isReduced = false)
    {
        var documents = received.Documents;
        _output = new FeedBatch();
        ReportResumed();
        _batch = new EventBatch(_stream, documents.Buffer, _expected) { IsReduced = isReduced };
        _runStart = 0;
        var count = 0;
        try
        {
            count = TakeAll(documents);
        }
        catch (CdcException e) when (_batch.Count > _runStart || _output.Entries.Count > 0)
        {
            // What came before it is whole and goes first.
            Failure = ExceptionDispatchInfo.Capture(e);
        }

        FlushRun();
        _batch.Trim();
        if (!HasReachedEnd && Failure is null)
        {
            _expected = count;
            OnBatchRead(received, isEmpty: count == 0);
        }

        return _output;
    }

    /// <summary>Offsets of version 1 keep the counts of open transactions in the position.</summary>
    private void ReportResumed()
    {
        foreach (var progress in _resumed)
        {
            if (progress.Delivered.Length > 0)
            {
                _output.ResumeTransaction(progress.Transaction,
                    progress.Delivered.Select(static count => (count.Database, count.Collection, count.Count)));
            }
        }

        _resumed = [];
    }

    private int TakeAll(RawBson documents)
    {
        var count = 0;
        var reader = new ElementReader(documents.Span);
        while (!HasReachedEnd && reader.Read())
        {
            if (reader.Type != ElementType.Document)
            {
                throw new CdcProtocolException(
                    $"A change stream has a {reader.Type} where an event should be.", "change event", isTransient: true);
            }

            Take(documents.Buffer, documents.Offset + reader.ValueOffset, reader.ValueLength);
            count++;
        }

        return count;
    }

    private void Take(byte[] buffer, int offset, int length)
    {
        if (ScannedEvent.TryRead(buffer, offset, length, out var scanned) is { } damage)
        {
            TakeDamaged(scanned, damage);
            return;
        }

        if (scanned.Split == 0)
        {
            _fragments.ExpectNone();
            Place(scanned);
            return;
        }

        var whole = _fragments.Add(new RawBson(buffer, offset, length), _batch.DocumentAt(scanned.Split));
        if (whole.HasValue)
        {
            PlaceAlone(whole);
        }
    }

    /// <summary>Reports an event whose fields cannot be found, or ends the stream with it. One event may be skipped, as its length is
    /// known; a fragment of one may not.</summary>
    private void TakeDamaged(in ScannedEvent scanned, CdcProtocolException damage)
    {
        var failure = DocumentFault.In(_batch.Buffer, scanned.Places.Event, new DamagedEvent(_batch, scanned.Places, _point), damage);
        if (!_skipsUndecodable || _fragments.IsPending || scanned.Split != 0)
        {
            throw failure;
        }

        FlushRun();
        if (scanned.Places.Token != 0)
        {
            _point = PointOf(scanned.Places);
        }

        _output.Add(StreamItems.Notice(NoticeKind.EventSkipped, CaptureNotices.OfUndecodable(failure), Position, failure.Database,
            failure.Table));
    }

    /// <summary>Places an event that lies in a buffer of its own.</summary>
    private void PlaceAlone(RawBson whole)
    {
        FlushRun();
        var around = _batch;
        _batch = new EventBatch(_stream, whole.Buffer, 1) { IsReduced = around.IsReduced };
        _runStart = 0;
        Place(ScannedEvent.Read(whole.Buffer, whole.Offset, whole.Bytes.Length));
        FlushRun();
        _batch = around;
        _runStart = around.Count;
    }

    private void Place(in ScannedEvent scanned)
    {
        var time = _batch.TimeOf(scanned.Places);
        if (_resumePoint is { } resumed && !IsAfter(resumed, scanned.Places))
        {
            return;
        }

        if (scanned.Places.ClusterTime > 0)
        {
            if (_point is { IsAfter: true, Time: { } from } && time <= from)
            {
                return;
            }

            if (_end is { } end && time > end)
            {
                HasReachedEnd = true;
                return;
            }
        }

        var session = scanned.IsInTransaction ? _batch.DocumentAt(scanned.Session) : default;
        if (_open.Count > 0)
        {
            CloseBefore(scanned, session, time);
        }

        var point = PointOf(scanned.Places);
        if (scanned.Places.Kind == EventKind.Other)
        {
            FlushRun();
            PlaceOther(scanned, point);
            return;
        }

        PlaceChange(scanned, session, time);
        _point = point;
    }

    /// <summary>True if an event comes after the token at which the stream was opened. A stream that starts at the token's time, or after
    /// an invalidate, may have earlier ones.</summary>
    private bool IsAfter(in TokenParts resumed, in EventPlaces places)
    {
        if (!TokenParts.TryRead(_batch.DocumentAt(places.Token), out var parts))
        {
            return true;
        }

        if (parts.Time > resumed.Time)
        {
            _resumePoint = null;
            return true;
        }

        return TokenParts.Compare(parts, resumed) is not <= 0;
    }

    private void PlaceChange(in ScannedEvent scanned, RawBson session, ClusterTime time)
    {
        var transaction = session.HasValue
            ? _open.Find(session, scanned.TransactionNumber) ?? Begin(session, scanned, time)
            : null;
        if (!ReferenceEquals(transaction, _runTransaction))
        {
            FlushRun();
        }

        if (_skipsReduced && _batch.IsReduced)
        {
            FlushRun();
            if (transaction is not null)
            {
                _open.Advance(transaction, time);
            }

            _point = PointOf(scanned.Places);
            NoticeSkipped(scanned.Places, transaction?.Transaction);
            return;
        }

        if (_batch.Count == _runStart)
        {
            _runTransaction = transaction;
            _runOpen = _open.Progress;
        }

        _batch.Add(scanned.Places);
        if (transaction is not null)
        {
            _open.Advance(transaction, time);
        }

        if (scanned.Places is { Kind: EventKind.Update, After: <= 0 } && _stream.FullDocument == FullDocumentMode.WhenAvailable)
        {
            NoticeWithoutImages(scanned.Places);
        }
    }

    private void NoticeWithoutImages(in EventPlaces places)
    {
        if (CaptureNotices.OfUpdate(_batch, places) is { } message)
        {
            var names = _batch.NamesOf(places);
            FlushRun();
            _point = PointOf(places);
            _output.Add(StreamItems.Notice(NoticeKind.DataLoss, message, Position, names.Database, names.Collection));
        }
    }

    private void NoticeSkipped(in EventPlaces places, TransactionInfo? transaction)
    {
        // One rare event must not keep the whole batch.
        var alone = EventBatch.Alone(_batch, places, out var own);
        var names = alone.NamesOf(own);
        var source = EventSource.Create(alone, own, names.Database, names.Collection);
        _output.Add(StreamItems.Notice(NoticeKind.EventSkipped, CaptureNotices.OfSkipped(source, alone.TimeOf(own)), Position,
            names.Database, names.Collection, source), transaction);
    }

    private StreamPoint PointOf(in EventPlaces places)
        => StreamPoint.After(_batch.DocumentAt(places.Token), places.ClusterTime > 0 ? _batch.TimeOf(places) : null);

    private OpenTransaction Begin(RawBson session, in ScannedEvent scanned, ClusterTime time)
    {
        FlushRun();
        var transaction = new MongoTransaction(session.Detach(), scanned.TransactionNumber, _batch.TimestampOf(scanned.Places));
        var open = new OpenTransaction(transaction, time);
        _open.Add(open);
        return open;
    }

    /// <summary>Ends the transactions that an event can neither belong to nor be between. An event without a time
    /// ends all others.</summary>
    private void CloseBefore(in ScannedEvent scanned, RawBson session, ClusterTime time)
    {
        var number = scanned.TransactionNumber;
        for (var i = 0; i < _open.Count;)
        {
            var open = _open[i];
            if (open.Transaction.Is(session, number) ? scanned.EndsTransaction
                : time == default || IsOver(open, time) || (time > open.LastTime && open.Transaction.Precedes(session, number)))
            {
                Close(i);
            }
            else
            {
                i++;
            }
        }
    }

    private bool IsOver(OpenTransaction open, ClusterTime time)
        => _stream.IsSharded ? time.Seconds > (ulong)open.LastTime.Seconds + ShardSpread : time > open.LastTime;

    private void Close(int index)
    {
        FlushRun();
        var open = _open[index];
        _open.RemoveAt(index);
        _output.EndTransaction(open.Transaction, Position);
    }

    private void PlaceOther(in ScannedEvent scanned, in StreamPoint point)
    {
        if (!scanned.HasOperation && !_wantsItems)
        {
            throw new CdcProtocolException("A change event does not say what happened, so it cannot be delivered as a change: the "
                + "pipeline of the source removes operationType. Keep it, or read with ReadAllAsync, which yields such events as "
                + "SchemaChange items.", "change event");
        }

        _point = point;
        var item = SchemaEvents.Create(_batch, scanned.Places, Position);
        IsInvalidated = item.Kind == SchemaChangeKind.Invalidate;
        if (_skipsReduced && _batch.IsReduced && !IsInvalidated)
        {
            NoticeSkipped(scanned.Places, null);
        }
        else if (_wantsItems)
        {
            _output.Add(item);
        }
        else
        {
            _output.Add(Position);
        }

        if (CaptureNotices.Of(_stream, item) is { } notice)
        {
            _output.Add(StreamItems.Notice(
                NoticeKind.DataLoss, notice, Position, item.NewDatabase ?? item.Database, item.NewTable ?? item.Table));
        }
    }

    private void FlushRun()
    {
        if (_batch.Count > _runStart)
        {
            _output.Add(new MongoChangeSet(_batch, _runStart, _runTransaction?.Transaction, _runOpen));
            _runStart = _batch.Count;
        }

        _runTransaction = null;
        _runOpen = MongoPosition.NoneOpen;
    }

    private void OnBatchRead(MongoBatch received, bool isEmpty)
    {
        if (_fragments.IsPending)
        {
            return;
        }

        var token = received.PostBatchResumeToken;
        if (Moves(token))
        {
            _point = StreamPoint.After(token, ResumeTokens.TimeOf(token) ?? _point.Time);
            CloseBefore(ResumeTokens.TimeOf(token));
            if (!isEmpty)
            {
                _output.Add(Position);
            }
        }
        else if (isEmpty && !token.HasValue && received.OperationTime is { } time)
        {
            // Nothing waits at the server, whose time is later: of a server without such tokens this is all there is.
            CloseOver(time);
        }

        // The application's stages may filter out the event that ends the stream. Its token is that of the last batch.
        IsInvalidated |= received.IsInvalidated && token.HasValue && token.Equals(_point.Token);
        if (isEmpty)
        {
            _output.Add(StreamItems.Heartbeat(Position));

            // The first batch of a router may be empty, with a token of the start's own time, before its shards were asked.
            HasReachedEnd = _end is { } end
                && (!token.HasValue || (ResumeTokens.TimeOf(token) ?? ResumeTokens.TimeOf(_point.Token) ?? end) >= end);
        }
    }

    private void CloseBefore(ClusterTime? time)
    {
        if (time is { } at && _stream.IsSharded)
        {
            CloseOver(at);
            return;
        }

        while (_open.Count > 0)
        {
            Close(0);
        }
    }

    private void CloseOver(ClusterTime time)
    {
        for (var i = 0; i < _open.Count;)
        {
            if (IsOver(_open[i], time))
            {
                Close(i);
            }
            else
            {
                i++;
            }
        }
    }

    // A token of the start's own time would let events of that time in again, which were before the start.
    private bool Moves(RawBson token) => ResumeTokens.IsToken(token.Span) && !ResumeTokens.IsDamaged(token.Span)
        && ResumeTokens.IsLater(token, _point.Token)
        && !(_point is { IsAfter: true, Time: { } from } && ResumeTokens.TimeOf(token) <= from);
}
