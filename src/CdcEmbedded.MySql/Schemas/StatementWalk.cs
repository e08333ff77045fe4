using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Walks a stretch of the log for the statements that may change tables, and nothing else: rows are skipped
/// by their headers, and their checksums are not verified.</summary>
/// <param name="stream">The events.</param>
/// <param name="hasChecksums">True if they have checksums before the first format description says so.</param>
/// <param name="verifiesChecksums">True if checksums are verified.</param>
/// <param name="start">Where they begin; null where the first ROTATE says it.</param>
internal sealed class StatementWalk(IEventStream stream, bool hasChecksums, bool verifiesChecksums, BinlogCoordinates? start)
{
    private readonly LogCursor _cursor = new(start);
    private FormatDescription? _format;
    private bool _hasChecksums = hasChecksums;
    private bool _isWithoutEffect;

    /// <summary>The end of the last event.</summary>
    public BinlogCoordinates Coordinates => _cursor.Coordinates;

    /// <summary>The transaction that is read; none without GTIDs.</summary>
    public TransactionGtid Gtid { get; private set; }

    /// <summary>Reads up to a place, or to the stream's end.</summary>
    /// <param name="end">Where to stop; null for the stream's end.</param>
    /// <param name="onStatement">Called for each statement other than BEGIN, with its session's settings. <see cref="Coordinates"/>
    /// is its end.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>False where the stream ended before the place.</returns>
    public async ValueTask<bool> ReadAsync(BinlogCoordinates? end, Action<string, StatementContext> onStatement,
        CancellationToken cancellationToken)
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

    private bool HasReached(BinlogCoordinates? end)
        => end is { } place && _cursor.File.Length > 0 && _cursor.Coordinates.IsAtOrAfter(place);

    private void Read(in EventSlice slice, Action<string, StatementContext> onStatement)
    {
        var bytes = slice.Span;
        if (_hasChecksums && verifiesChecksums && bytes.Length >= EventHeader.Length)
        {
            Verify(bytes, (EventType)bytes[4]);
        }

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
        switch (header.Type)
        {
            case EventType.Rotate:
                var rotate = RotateEvent.Read(body);
                _cursor.MoveTo(rotate.FileName, (long)Math.Min(rotate.Position, long.MaxValue));
                break;
            case EventType.MariaDbGtid:
                var e = MariaDbGtidEvent.Read(header.ServerId, body);
                (_isWithoutEffect, Gtid) = (e.IsAlterWithoutEffect, new TransactionGtid(e.Gtid));
                break;
            case EventType.Gtid or EventType.GtidTagged:
                Gtid = new TransactionGtid(GtidEvent.Read(header.Type, body).Gtid);
                break;
            case EventType.AnonymousGtid:
                Gtid = default;
                break;
            case EventType.Query or EventType.MariaDbQueryCompressed when !_isWithoutEffect && !QueryEvent.TryReadBegin(body, out _):
                var query = LoggedStatement.Read(header.Type, body);
                onStatement(query.GetWords(query.CharsetOn(_format)), StatementContext.Of(query, SqlDialect.Of(query, _format)));
                break;
        }
    }

    private static void Verify(ReadOnlySpan<byte> bytes, EventType type)
    {
        if (type == EventType.FormatDescription)
        {
            BinlogChecksum.VerifyFormat(bytes);
        }
        else if (type is not (EventType.TableMap or EventType.TransactionPayload) && !RowsHeader.IsRowsEvent(type))
        {
            BinlogChecksum.Verify(bytes);
        }
    }
}
