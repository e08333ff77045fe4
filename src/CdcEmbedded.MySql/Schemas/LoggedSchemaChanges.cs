using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Walks a stretch of the log for the statements that change tables, and nothing else: rows are passed over by their headers.</summary>
internal sealed class LoggedSchemaChanges(IEventStream stream, bool hasChecksums, BinlogPosition start, bool ignoresTableCase)
{
    private readonly LogCursor _cursor = new(start.Coordinates);
    private FormatDescription? _format;
    private bool _hasChecksums = hasChecksums;
    private bool _isWithoutEffect;

    /// <summary>Where it stands.</summary>
    public LogCursor Cursor => _cursor;

    /// <summary>The transaction that is read; default without GTIDs.</summary>
    public TransactionGtid Gtid { get; private set; }

    /// <summary>Reads on to a place, or to the stream's end.</summary>
    /// <param name="end">Where to stop; null for the stream's end.</param>
    /// <param name="onStatement">Called for each statement that may change tables, with its session's settings; the cursor stands behind it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Whether the place was reached: not where the stream ended before it.</returns>
    public async ValueTask<bool> ReadAsync(BinlogCoordinates? end, Action<string, DdlContext> onStatement, CancellationToken cancellationToken)
    {
        while (!HasReached(end))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (stream.TryRead(out var slice))
            {
                Read(slice, onStatement);
            }
            else if (!await stream.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return end is null;
            }
        }

        return true;
    }

    private bool HasReached(BinlogCoordinates? end) => end is { } place && _cursor.File.Length > 0 && _cursor.Coordinates.IsAtOrAfter(place);

    private void Read(in EventSlice slice, Action<string, DdlContext> onStatement)
    {
        var bytes = slice.Span;
        var header = EventHeader.Read(bytes);
        if (header.Type is EventType.Heartbeat or EventType.HeartbeatV2)
        {
            return;
        }

        if (header.Type == EventType.FormatDescription)
        {
            _format = FormatDescription.Read(bytes[EventHeader.Length..]);
            _hasChecksums = _format.ChecksumLength > 0;
            _cursor.IsMariaDb = _format.IsMariaDb;
        }

        _cursor.Pass(header);
        var body = bytes[EventHeader.Length..];
        body = body[..Math.Max(0, body.Length - (_hasChecksums ? 4 : 0))];
        if (header.Type == EventType.Rotate)
        {
            var rotate = RotateEvent.Read(body);
            _cursor.MoveTo(rotate.FileName, (long)Math.Min(rotate.Position, long.MaxValue));
        }
        else if (header.Type == EventType.MariaDbGtid)
        {
            var e = MariaDbGtidEvent.Read(header.ServerId, body);
            (_isWithoutEffect, Gtid) = (e.IsAlterWithoutEffect, new TransactionGtid(e.Gtid));
        }
        else if (header.Type is EventType.Gtid or EventType.GtidTagged)
        {
            Gtid = new TransactionGtid(GtidEvent.Read(header.Type, body).Gtid);
        }
        else if (header.Type == EventType.AnonymousGtid)
        {
            Gtid = default;
        }
        else if (header.Type is EventType.Query or EventType.MariaDbQueryCompressed && !_isWithoutEffect && !QueryEvent.TryReadBegin(body, out _))
        {
            var query = LoggedStatement.Read(header.Type, body);
            onStatement(query.GetText(), DdlContext.Of(query, _format, ignoresTableCase));
        }
    }
}
