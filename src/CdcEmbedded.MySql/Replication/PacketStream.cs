using System.Runtime.CompilerServices;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Cuts the bytes of a connection into packets, without copying them. One that comes in parts is received into an array
/// of its own.</summary>
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
    private byte[]? _joined;
    private int _joinedLength;
    private int _partRemaining;
    private bool _isLastPart;
    private bool _hasEvents;

    /// <summary>Creates the stream over <paramref name="reader"/>.</summary>
    public PacketStream(ChunkedReader reader, string peer)
    {
        _reader = reader;
        _peer = peer;
    }

    /// <summary>The longest joined payload accepted. Default: <see cref="MaxEventLength"/>.</summary>
    public int MaxPayloadLength { get; set; } = MaxEventLength;

    /// <summary>Accepts packets of one event each, with the byte before it. A longer one is none that a further
    /// attempt could read.</summary>
    /// <param name="maxEventBytes">Most bytes of an event.</param>
    public void LimitEvents(int maxEventBytes)
    {
        MaxPayloadLength = Math.Min(maxEventBytes, Array.MaxLength - 1) + 1;
        _hasEvents = true;
    }

    /// <inheritdoc cref="ChunkedReader.ReadTimeout"/>
    public TimeSpan ReadTimeout
    {
        get => _reader.ReadTimeout;
        set => _reader.ReadTimeout = value;
    }

    /// <inheritdoc cref="ChunkedReader.WasSilent"/>
    public bool WasSilent => _reader.WasSilent;

    /// <summary>The number that the next packet in either direction must have.</summary>
    public byte NextSequenceId { get; set; }

    /// <summary>True if a whole packet is here already, so that <see cref="TryReadPacket"/> needs no read.</summary>
    /// <remarks>False for a packet that was split, even if all of it is here.</remarks>
    public bool HasBufferedPacket =>
        _joined is null && _reader.Available >= HeaderLength && PeekLength() is var length && length < MaxPartLength
        && _reader.Available >= HeaderLength + length;

    /// <summary>Takes the next packet if all of it is here.</summary>
    /// <exception cref="CdcProtocolException">The sequence number is wrong or the packet is too long.</exception>
    public bool TryReadPacket(out PacketSlice packet)
    {
        packet = default;
        if (_joined is null)
        {
            if (!TryReadHeader(out var length))
            {
                return false;
            }

            if (length < MaxPartLength)
            {
                return TryTake(length, out packet);
            }

            _joined = GC.AllocateUninitializedArray<byte>(2 * ChunkedReader.StreamingChunkSize);
        }

        return TryJoin(out packet);
    }

    /// <summary>Waits for one read of the socket; call it when <see cref="TryReadPacket"/> has returned false.</summary>
    /// <exception cref="CdcConnectionException">The server closed the connection, the network failed, or nothing came for
    /// <see cref="ReadTimeout"/>. The end of the connection is never the end of the data.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the connection is then closed.</exception>
    public ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_partRemaining > 0 && _reader.Available == 0)
        {
            return FillJoinedAsync(cancellationToken);
        }

        return _reader.FillAsync(_joined is not null || _reader.Available < HeaderLength ? Math.Max(HeaderLength, _reader.Available + 1)
            : HeaderLength + PeekLength(), cancellationToken);
    }

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

    /// <summary>Reads the length of the next packet, or of the next part of one, without taking it.</summary>
    private bool TryReadHeader(out int length)
    {
        length = 0;
        if (_reader.Available < HeaderLength)
        {
            return false;
        }

        length = PeekLength();
        var total = (long)_joinedLength + length;
        return total <= MaxPayloadLength ? true : throw new CdcProtocolException($"{_peer} announced a packet of {total} bytes or more; at "
            + $"most {MaxPayloadLength} are accepted{(_hasEvents ? " (MaxEventBytes)" : "")}.", isTransient: !_hasEvents);
    }

    private bool TryTake(int length, out PacketSlice packet)
    {
        packet = default;
        if (_reader.Available < HeaderLength + length)
        {
            return false;
        }

        var offset = _reader.Start + HeaderLength;
        packet = new PacketSlice(_reader.Buffer, offset, length, _reader.Buffer[offset - 1]);
        CheckSequence(packet.SequenceId, packet.Kind);
        _reader.Advance(HeaderLength + length);
        _reader.EndPacket();
        return true;
    }

    /// <summary>Takes what is here of a packet in parts.</summary>
    private bool TryJoin(out PacketSlice packet)
    {
        packet = default;
        while (true)
        {
            var count = Math.Min(_partRemaining, _reader.Available);
            if (count > 0)
            {
                MakeRoom();
                count = Math.Min(count, Joined.Length - _joinedLength);
                _reader.Buffer.AsSpan(_reader.Start, count).CopyTo(Joined.AsSpan(_joinedLength));
                _reader.Advance(count);
                Received(count);
                continue;
            }

            if (_partRemaining > 0)
            {
                return false;
            }

            if (_isLastPart)
            {
                packet = new PacketSlice(Joined, 0, _joinedLength, (byte)(NextSequenceId - 1));
                (_joined, _joinedLength, _isLastPart) = (null, 0, false);
                _reader.EndPacket();
                return true;
            }

            if (!TryReadHeader(out var length))
            {
                return false;
            }

            CheckSequence(_reader.Buffer[_reader.Start + HeaderLength - 1], kind: -1);
            _reader.Advance(HeaderLength);
            (_partRemaining, _isLastPart) = (length, length < MaxPartLength);
        }
    }

    private async ValueTask<bool> FillJoinedAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var room = Math.Min(_partRemaining, Joined.Length - _joinedLength);
        await _reader.ReadIntoAsync(Joined.AsMemory(_joinedLength, room), cancellationToken).ConfigureAwait(false);
        Received(_reader.LastRead);
        return true;
    }

    private byte[] Joined => _joined ?? throw new InvalidOperationException("No packet is being joined.");

    private void Received(int count)
    {
        _joinedLength += count;
        _partRemaining -= count;
    }

    /// <summary>Makes room for more of a packet in parts: twice what has arrived, and, once its whole first part has arrived, all that its
    /// event says it has.</summary>
    private void MakeRoom()
    {
        if (_joinedLength < Joined.Length)
        {
            return;
        }

        var size = Math.Min(2L * _joinedLength, MaxPayloadLength);
        if (_joinedLength >= MaxPartLength && _hasEvents)
        {
            size = EventHeader.Read(Joined.AsSpan(1)).EventLength is var length && length < (uint)MaxPayloadLength
                && length >= _joinedLength
                ? length + 1L : size;
        }
        else if (_joinedLength < MaxPartLength)
        {
            size = Math.Min(size, MaxPartLength);
        }

        // A length that was announced in vain ends in the check of the next header.
        Array.Resize(ref _joined, (int)Math.Max(size, _joinedLength + 1L));
    }

    private void CheckSequence(byte sequenceId, int kind)
    {
        // A server that gives up on a connection (4031, shutdown) sends its error without regard to whose turn it is.
        if (sequenceId != NextSequenceId && kind != PacketKind.Error)
        {
            throw new CdcProtocolException($"{_peer} sent packet number {sequenceId} where {NextSequenceId} was due.", isTransient: true);
        }

        NextSequenceId = (byte)(sequenceId + 1);
    }
}
