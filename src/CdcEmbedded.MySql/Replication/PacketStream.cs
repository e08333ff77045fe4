using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Cuts the bytes of a connection into packets, without copying them.</summary>
/// <remarks>
/// MySQL Internals, "MySQL Packets"; server source sql-common/net_serv.cc:
/// <code>
/// packet: length[3] little-endian, sequence[1], payload[length]
/// a payload of 0xFFFFFF bytes is continued in the next packet; the last part is shorter, possibly empty
/// </code>
/// One flow at a time. Slices stay valid for ever: see <see cref="ChunkedReader"/>.
/// </remarks>
internal sealed class PacketStream
{
    /// <summary>The length that says "there is more".</summary>
    public const int MaxPartLength = 0xFFFFFF;

    /// <summary>A little over the 1 GiB that max_allowed_packet can be.</summary>
    public const int MaxEventLength = (1024 + 16) * 1024 * 1024;

    private const int HeaderLength = 4;

    private readonly ChunkedReader _reader;
    private readonly string _peer;
    private List<ArraySegment<byte>>? _parts;
    private long _partsLength;

    /// <summary>Creates the stream over <paramref name="reader"/>.</summary>
    public PacketStream(ChunkedReader reader, string peer)
    {
        _reader = reader;
        _peer = peer;
    }

    /// <summary>The longest joined payload accepted. Default: <see cref="MaxEventLength"/>.</summary>
    public int MaxPayloadLength { get; set; } = MaxEventLength;

    /// <summary>How long a read of the socket may wait without a byte; <see cref="Timeout.InfiniteTimeSpan"/> allows any silence.</summary>
    public TimeSpan ReadTimeout
    {
        get => _reader.ReadTimeout;
        set => _reader.ReadTimeout = value;
    }

    /// <summary>True if the connection was given up because nothing came for <see cref="ReadTimeout"/>.</summary>
    public bool WasSilent => _reader.WasSilent;

    /// <summary>The number that the next packet in either direction must have.</summary>
    public byte NextSequenceId { get; set; }

    /// <summary>True if a whole packet is here already, so that <see cref="TryReadPacket"/> needs no read.</summary>
    /// <remarks>False for a packet that was split, even if all of it is here.</remarks>
    public bool HasBufferedPacket =>
        _reader.Available >= HeaderLength && PeekLength() is var length && length < MaxPartLength
        && _reader.Available >= HeaderLength + length;

    /// <summary>Takes the next packet if all of it is here.</summary>
    /// <exception cref="CdcProtocolException">The sequence number is wrong or the packet is too long.</exception>
    public bool TryReadPacket(out PacketSlice packet)
    {
        while (_reader.Available >= HeaderLength)
        {
            var length = PeekLength();
            if (_partsLength + length > MaxPayloadLength)
            {
                throw new CdcProtocolException(
                    $"{_peer} announced a packet of {_partsLength + length} bytes or more; at most {MaxPayloadLength} are accepted.");
            }

            if (_reader.Available < HeaderLength + length)
            {
                break;
            }

            var offset = _reader.Start + HeaderLength;
            var part = new PacketSlice(_reader.Buffer, offset, length, _reader.Buffer[offset - 1]);
            CheckSequence(part);
            _reader.Advance(HeaderLength + length);
            if (length < MaxPartLength && _parts is null)
            {
                packet = part;
                return true;
            }

            (_parts ??= []).Add(new ArraySegment<byte>(part.Buffer, part.Offset, part.Length));
            _partsLength += length;
            if (length < MaxPartLength)
            {
                packet = Join(part.SequenceId);
                return true;
            }
        }

        packet = default;
        return false;
    }

    /// <summary>Waits for one read of the socket; call it when <see cref="TryReadPacket"/> has returned false.</summary>
    /// <exception cref="CdcConnectionException">The server closed the connection, the network failed, or nothing came for
    /// <see cref="ReadTimeout"/>. The end of the connection is never the end of the data.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the connection is then closed.</exception>
    public ValueTask FillAsync(CancellationToken cancellationToken) =>
        _reader.FillAsync(_reader.Available < HeaderLength ? HeaderLength : HeaderLength + PeekLength(), cancellationToken);

    /// <summary>Reads the next packet, waiting for it as long as needed. Exceptions as for the other two methods.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<PacketSlice> ReadPacketAsync(CancellationToken cancellationToken)
    {
        PacketSlice packet;
        while (!TryReadPacket(out packet))
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        return packet;
    }

    private int PeekLength()
    {
        var header = _reader.Buffer.AsSpan(_reader.Start, 3);
        return header[0] | (header[1] << 8) | (header[2] << 16);
    }

    private void CheckSequence(PacketSlice part)
    {
        // A server that gives up on a connection (4031, shutdown) sends its error without regard to whose turn it is.
        if (part.SequenceId != NextSequenceId && (_parts is not null || part.Kind != PacketKind.Error))
        {
            throw new CdcProtocolException($"{_peer} sent packet number {part.SequenceId} where {NextSequenceId} was due.");
        }

        NextSequenceId = (byte)(part.SequenceId + 1);
    }

    private PacketSlice Join(byte sequenceId)
    {
        var joined = GC.AllocateUninitializedArray<byte>((int)_partsLength);
        var offset = 0;
        foreach (var part in _parts ?? [])
        {
            part.AsSpan().CopyTo(joined.AsSpan(offset));
            offset += part.Count;
        }

        _parts = null;
        _partsLength = 0;
        return new PacketSlice(joined, 0, joined.Length, sequenceId);
    }
}
