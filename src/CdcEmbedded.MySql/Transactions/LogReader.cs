using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads the events of a stream in order, those inside compressed transactions too: verifies their frames and checksums, and
/// follows file, position and format. One caller.</summary>
internal sealed class LogReader : IDisposable
{
    private readonly IEventStream _stream;
    private readonly bool _verifiesChecksums;
    private readonly int _maxEventBytes;
    private readonly TransactionPayload _payload;
    private bool _hasChecksums;
    private EventType _type;
    private long? _payloadOffset;

    /// <summary>Creates the reader.</summary>
    /// <param name="stream">The events.</param>
    /// <param name="start">Where it begins; null where the first ROTATE says it.</param>
    /// <param name="hasChecksums">True if events have a checksum before the first format description says so.</param>
    /// <param name="verifiesChecksums">True if checksums are verified.</param>
    /// <param name="maxEventBytes">Most bytes of an event, decompressed.</param>
    public LogReader(IEventStream stream, BinlogCoordinates? start, bool hasChecksums, bool verifiesChecksums, int maxEventBytes)
    {
        _maxEventBytes = maxEventBytes;
        _payload = new TransactionPayload(maxEventBytes);
        _stream = stream;
        _hasChecksums = hasChecksums;
        _verifiesChecksums = verifiesChecksums;
        Cursor = new LogCursor(start);
    }

    /// <summary>File and position of the end of the last event.</summary>
    public LogCursor Cursor { get; }

    /// <summary>The current file's format; null before its FORMAT_DESCRIPTION_EVENT.</summary>
    public FormatDescription? Format { get; private set; }

    /// <summary>Most bytes of an event, decompressed.</summary>
    public int MaxEventBytes => _maxEventBytes;

    /// <summary>True while the next event is one of a compressed transaction: <see cref="TryReadInner"/>.</summary>
    public bool IsInPayload => _payload.IsOpen;

    /// <summary>Number of events read so far, without heartbeats and without those inside compressed transactions.</summary>
    public long EventCount { get; private set; }

    /// <summary>Number of heartbeats read so far.</summary>
    public long HeartbeatCount { get; private set; }

    /// <summary>Reads the next event of the stream.</summary>
    /// <returns>False where no whole event is in memory.</returns>
    /// <exception cref="CdcProtocolException">Its frame or its checksum is damaged.</exception>
    public bool TryRead(out LogEvent e)
    {
        e = default;
        if (!_stream.TryRead(out var slice))
        {
            return false;
        }

        var bytes = slice.Span;
        _payloadOffset = null;
        _type = bytes.Length < EventHeader.Length ? EventType.Unknown : (EventType)bytes[4];
        if (_hasChecksums && _verifiesChecksums)
        {
            // Before anything in it is believed, its length included: what was damaged on the way is read again.
            Verify(bytes);
        }

        var header = EventHeader.Read(bytes);
        if (header.EventLength != bytes.Length)
        {
            throw Damaged($"its header says {header.EventLength} bytes, but {bytes.Length} arrived");
        }

        var hadChecksums = _hasChecksums;
        var checksumLength = ReadFormat(header, bytes);
        if (checksumLength > 0 && !hadChecksums && _verifiesChecksums)
        {
            BinlogChecksum.Verify(bytes);
        }

        // The position of a heartbeat is that of the server's reader, not the end of an event: it may be before the last event's end.
        var isHeartbeat = header.Type is EventType.Heartbeat or EventType.HeartbeatV2;
        var start = isHeartbeat ? Cursor.Position : Cursor.Pass(header);
        (HeartbeatCount, EventCount) = isHeartbeat ? (HeartbeatCount + 1, EventCount) : (HeartbeatCount, EventCount + 1);
        if (bytes.Length < EventHeader.Length + checksumLength)
        {
            throw Damaged($"its {bytes.Length} bytes have no room for a checksum");
        }

        e = new LogEvent(slice, header, bytes[EventHeader.Length..^checksumLength], start, null);
        return true;
    }

    /// <summary>Begins to read the events of a compressed transaction.</summary>
    /// <param name="e">A TRANSACTION_PAYLOAD_EVENT.</param>
    public void OpenPayload(in LogEvent e) => _payload.Begin(e.Slice, e.Body, e.Start);

    /// <summary>Reads the next event of the compressed transaction.</summary>
    /// <returns>False at its end: <see cref="IsInPayload"/> is false then.</returns>
    /// <exception cref="CdcProtocolException">It is damaged, or an event that cannot be part of a transaction.</exception>
    public bool TryReadInner(out LogEvent e)
    {
        e = default;
        _type = EventType.TransactionPayload;
        var offset = _payload.Position;
        _payloadOffset = offset;
        if (!_payload.TryRead(out var slice))
        {
            return false;
        }

        var bytes = slice.Span;
        var header = EventHeader.Read(bytes);
        _type = header.Type;
        if (BelongsToFile(header.Type))
        {
            throw Damaged("it is inside a compressed transaction");
        }

        e = new LogEvent(slice, header, bytes[EventHeader.Length..], _payload.Start, offset);
        return true;
    }

    /// <summary>The format of the file that an event is in.</summary>
    /// <exception cref="CdcProtocolException">No FORMAT_DESCRIPTION_EVENT came before it.</exception>
    public FormatDescription RequireFormat() => Format ?? throw Damaged("no FORMAT_DESCRIPTION_EVENT came before it");

    /// <summary>The failure of an event that contradicts what came before it, or itself.</summary>
    /// <param name="what">What is wrong with it.</param>
    public CdcProtocolException Damaged(string what)
        => new($"A {_type.Name()} near {Cursor} is damaged: {what}.", _type.Name(), Cursor.ToString());

    /// <summary>The same failure with the position of the last event, where the code that found it does not know the
    /// position; else null.</summary>
    public CdcException? TryLocate(CdcException failure)
    {
        var place = _payloadOffset is { } offset ? $"{Cursor} (byte {offset} of a compressed transaction)" : Cursor.ToString();
        return failure switch
        {
            CdcProtocolException { Position: null } e
                => new CdcProtocolException($"{_type.Name()} near {place}: "
                    + $"{e.Message}", _type.Name(), Cursor.ToString(), e.PayloadOffset, e.IsTransient, e),

            // Rows in a form that cannot be read: the scanner knows the table, but not the position.
            ServerMisconfiguredException e => new ServerMisconfiguredException($"{_type.Name()} near {place}: {e.Message}", e.Findings),
            _ => null,
        };
    }

    /// <summary>Releases what a compressed transaction is read with.</summary>
    public void Dispose() => _payload.Dispose();

    private void Verify(ReadOnlySpan<byte> bytes)
    {
        if (_type == EventType.FormatDescription)
        {
            BinlogChecksum.VerifyFormat(bytes);
        }
        else
        {
            BinlogChecksum.Verify(bytes);
        }
    }

    /// <summary>The length of an event's checksum. A FORMAT_DESCRIPTION_EVENT sets it, for itself too.</summary>
    private int ReadFormat(in EventHeader header, ReadOnlySpan<byte> bytes)
    {
        if (header.Type != EventType.FormatDescription)
        {
            return _hasChecksums ? 4 : 0;
        }

        Format = FormatDescription.Read(bytes[EventHeader.Length..], _maxEventBytes);
        _hasChecksums = Format.ChecksumLength > 0;
        Cursor.IsMariaDb = Format.IsMariaDb;
        return Format.ChecksumLength;
    }

    /// <summary>True for events that are about the file and not about a transaction's changes.</summary>
    private static bool BelongsToFile(EventType type) => type is EventType.FormatDescription or EventType.Rotate or EventType.Stop
        or EventType.PreviousGtids or EventType.Gtid or EventType.AnonymousGtid or EventType.GtidTagged or EventType.TransactionPayload
        or EventType.Heartbeat or EventType.HeartbeatV2;
}
