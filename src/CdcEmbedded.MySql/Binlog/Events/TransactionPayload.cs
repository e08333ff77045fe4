namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Reads the events inside TRANSACTION_PAYLOAD_EVENTs, one payload after another. It decompresses only as events are asked for,
/// into chunks that are written once and then belong to the events that point into them.</summary>
/// <remarks>MySQL source libs/mysql/binlog/event/compression/payload_event_buffer_istream.h: inner events have no checksum, and the next
/// position in their headers is not a position in the file.</remarks>
/// <param name="maxEventBytes">Most bytes of one of the events; the payload may have any number of them.</param>
internal sealed class TransactionPayload(int maxEventBytes) : IDisposable
{
    private readonly ZstdReader _zstd = new();
    private readonly EventChunks _chunks = new(maxEventBytes);
    private byte[] _plain = [];
    private int _plainAt;
    private int _plainEnd;
    private bool _isCompressed;
    private ulong _announced;
    private ulong _produced;

    /// <summary>True if the end of the payload has not been read yet.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Position of the outer event in its file.</summary>
    public long Start { get; private set; }

    /// <summary>Offset of the next event in the uncompressed payload, in bytes.</summary>
    public long Position { get; private set; }

    /// <summary>Starts to read a payload.</summary>
    /// <param name="slice">The outer event.</param>
    /// <param name="body">Its body, without checksum.</param>
    /// <param name="start">Position of the outer event in its file.</param>
    /// <exception cref="CdcProtocolException">It is malformed, or its compression is unknown.</exception>
    public void Begin(in EventSlice slice, ReadOnlySpan<byte> body, long start)
    {
        var header = TransactionPayloadHeader.Read(body);
        var offset = slice.Offset + EventHeader.Length + header.PayloadOffset;
        switch (header.Compression)
        {
            case TransactionPayloadHeader.Zstd:
                _zstd.Begin(new ArraySegment<byte>(slice.Buffer, offset, header.PayloadLength));
                break;
            case TransactionPayloadHeader.Uncompressed:
                _plain = slice.Buffer;
                _plainAt = offset;
                _plainEnd = offset + header.PayloadLength;
                break;
            default:
                throw new CdcProtocolException($"The transaction uses compression type {header.Compression}, which this version does not "
                    + "know. Update "
                    + "CdcEmbedded, or set binlog_transaction_compression to OFF.", EventType.TransactionPayload.Name());
        }

        _isCompressed = header.Compression == TransactionPayloadHeader.Zstd;
        _announced = header.UncompressedLength;
        _produced = 0;
        Start = start;
        Position = 0;
        IsOpen = true;
    }

    /// <summary>Reads the next event; false at the end of the payload, which closes it.</summary>
    /// <exception cref="CdcProtocolException">The payload is damaged.</exception>
    public bool TryRead(out EventSlice slice)
    {
        if (_isCompressed ? TryReadCompressed(out slice) : TryReadPlain(out slice))
        {
            Position += slice.Length;
            return true;
        }

        IsOpen = false;
        return false;
    }

    public void Dispose() => _zstd.Dispose();

    private bool TryReadCompressed(out EventSlice slice)
    {
        while (!_chunks.TryRead(out slice))
        {
            var count = _zstd.Read(_chunks.GetFreeMemory().Span);
            _chunks.Advance(count);
            _produced += (ulong)count;

            // A server that compresses writes the size; 0 means that it did not write one.
            if (_announced > 0 && (_produced > _announced || (count == 0 && _produced < _announced)))
            {
                ThrowMalformed($"it announces {_announced} bytes and holds {_produced}{(count == 0 ? "" : " or more")}");
            }

            if (count == 0)
            {
                if (_chunks.Buffered > 0)
                {
                    ThrowMalformed($"it ends with {_chunks.Buffered} bytes of an incomplete event");
                }

                _zstd.End();
                return false;
            }
        }

        return true;
    }

    private bool TryReadPlain(out EventSlice slice)
    {
        slice = default;
        var rest = _plain.AsSpan(_plainAt, _plainEnd - _plainAt);
        if (rest.IsEmpty)
        {
            _plain = [];
            _plainAt = _plainEnd = 0;
            return false;
        }

        var length = EventHeader.Read(rest).EventLength;
        if (length > (uint)rest.Length)
        {
            ThrowMalformed($"it ends with {rest.Length} bytes of an event of {length} bytes");
        }

        slice = new EventSlice(_plain, _plainAt, (int)length);
        _plainAt += (int)length;
        return true;
    }

    private static void ThrowMalformed(string what)
        => throw new CdcProtocolException($"A {EventType.TransactionPayload.Name()} is malformed: {what}.",
            EventType.TransactionPayload.Name());
}
