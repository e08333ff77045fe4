using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Replication;

/// <summary>The events of a binlog dump: each packet is a byte 0x00 and one event.</summary>
/// <remarks>MySQL manual, "COM_BINLOG_DUMP". An EOF packet ends a dump that was asked not to block. It also ends one that was,
/// when the server shuts down or the dump is killed (server source sql/rpl_binlog_sender.cc, Binlog_sender::run): that is a
/// broken connection (R7).</remarks>
internal sealed class DumpEventStream : IEventStream
{
    // An event begins with its time, four bytes.
    private const int TypeOffset = 4;

    private readonly ReplicationSession _session;
    private readonly PacketStream _packets;
    private readonly ServerIdCollisions _collisions;
    private readonly SeekPatience _patience;
    private readonly TimeSpan _readTimeout;
    private readonly bool _isFinite;
    private bool _isUnderWay;
    private bool _ended;

    /// <param name="session">The session in which the dump runs; disposed with the stream.</param>
    /// <param name="packets">The dump.</param>
    /// <param name="collisions">Decides what follows when another reader has the same server id.</param>
    /// <param name="patience">How long the server may look for the start.</param>
    /// <param name="isFinite">True if the dump was asked to end at the log's end.</param>
    public DumpEventStream(ReplicationSession session, PacketStream packets, ServerIdCollisions collisions, SeekPatience patience,
        bool isFinite)
    {
        _patience = patience;
        _readTimeout = packets.ReadTimeout;
        packets.ReadTimeout = patience.Limit(_readTimeout);
        _isFinite = isFinite;
        _session = session;
        _packets = packets;
        _collisions = collisions;
    }

    public bool TryRead(out EventSlice e)
    {
        e = default;
        if (_ended || !_packets.TryReadPacket(out var packet))
        {
            return false;
        }

        switch (packet.Kind)
        {
            case PacketKind.Ok:
                e = new EventSlice(packet.Buffer, packet.Offset + 1, packet.Length - 1);
                OnEvent(packet.Span[1..]);
                return true;
            case PacketKind.Error:
                throw DumpErrors.Classify(ServerError.Read(packet.Span, _session.Host.ToString()), _collisions);
            case PacketKind.Eof when PacketKind.IsEof(packet):
                _ended = true;
                return _isFinite ? false
                    : throw new CdcConnectionException($"{_session.Host} ended the binlog stream: it shuts down, or the connection was "
                    + "killed.");
            default:
                throw new CdcProtocolException($"{_session.Host} sent a packet of kind {packet.Kind} and {packet.Length} bytes in a binlog "
                    + "stream.", isTransient: true);
        }
    }

    public ValueTask<bool> FillAsync(CancellationToken cancellationToken) => _ended ? new ValueTask<bool>(false)
        : _isUnderWay ? _packets.FillAsync(cancellationToken) : FillFirstAsync(cancellationToken);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async ValueTask<bool> FillFirstAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _packets.FillAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CdcConnectionException) when (_packets.WasSilent)
        {
            _patience.OnSilence();
            throw;
        }
    }

    private void OnEvent(ReadOnlySpan<byte> e)
    {
        if (!_isUnderWay && e.Length > TypeOffset && !IsOfFileHead((EventType)e[TypeOffset]))
        {
            _isUnderWay = true;
            _packets.ReadTimeout = _readTimeout;
            _patience.OnEvent();
        }
    }

    /// <summary>True for what a server sends of a file's head before it has found the start.</summary>
    private static bool IsOfFileHead(EventType type) => type is EventType.Rotate or EventType.FormatDescription or EventType.PreviousGtids
        or EventType.MariaDbGtidList or EventType.MariaDbStartEncryption;
}
