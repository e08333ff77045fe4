using System.Net.Sockets;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Replication.Authentication;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>The yardstick of the transport, written by hand: a blocking socket and one buffer that is used again. An event is valid until
/// the next one is read.</summary>
internal sealed class BlockingClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Connects and asks for a dump.</summary>
    /// <param name="server">The server. The account must be in its cache of passwords: connect otherwise once before.</param>
    /// <param name="file">The binlog file.</param>
    /// <param name="position">The position in it.</param>
    /// <param name="isFinite">True to end with the log.</param>
    public BlockingClient(MySqlTestServer server, string file, uint position, bool isFinite)
    {
        var settings = ConnectionStringReader.Read(server.ConnectionString).Session;
        _socket.Connect(server.Host, server.Port);
        var greeting = Greeting.Read(ReadPacket());
        var context = new AuthenticationContext(settings.User, settings.Password, "server") { Scramble = greeting.Scramble };
        using (var response = new PacketWriter())
        {
            var agreed = HandshakeResponse.Agree(greeting, settings, tls: false);
            HandshakeResponse.Write(response, agreed, settings, CachingSha2Password.PluginName, new CachingSha2Password().Begin(context));
            Send(response, 1);
        }

        while (ReadPacket() is var answer && answer[0] != 0)
        {
            if (answer[0] != 1 || answer[1] != 3)
            {
                throw new InvalidOperationException($"The login was answered with {answer[0]}.");
            }
        }

        using (var query = new PacketWriter())
        {
            query.WriteByte(Command.Query);
            query.WriteText("SET @source_binlog_checksum='CRC32', @master_binlog_checksum='CRC32', "
                + "@source_heartbeat_period=5000000000, @master_heartbeat_period=5000000000");
            Send(query, 0);
            ReadPacket();
        }

        using var dump = new PacketWriter();
        dump.WriteByte(Command.BinlogDump);
        dump.WriteUInt32(position);
        dump.WriteUInt16((ushort)(isFinite ? BinlogDumpFlags.NonBlocking : BinlogDumpFlags.None));
        dump.WriteUInt32(78);
        dump.WriteText(file);
        Send(dump, 0);
    }

    /// <summary>Waits for the next event.</summary>
    public ReadOnlySpan<byte> ReadEvent(bool verifyChecksums)
    {
        var packet = ReadPacket();
        if (packet[0] != 0)
        {
            throw new InvalidOperationException($"The dump ended with {packet[0]}.");
        }

        var bytes = packet[1..];
        if (verifyChecksums)
        {
            BinlogChecksum.Verify(bytes);
        }

        return bytes;
    }

    /// <summary>Reads a whole file.</summary>
    /// <returns>-1, because it counts no rows.</returns>
    public static Task<long> DrainAsync(MySqlTestServer server, Workload workload)
        => Task.Factory.StartNew(() =>
        {
            using var client = new BlockingClient(server, workload.File, 4, isFinite: true);
            while (true)
            {
                var header = EventHeader.Read(client.ReadEvent(verifyChecksums: true));
                if (header.Type == EventType.Rotate && !header.IsArtificial)
                {
                    return -1L;
                }
            }
        }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose() => _socket.Dispose();

    private void Send(PacketWriter writer, byte sequence) => _socket.Send(writer.Frame(ref sequence).Span);

    private ReadOnlySpan<byte> ReadPacket()
    {
        while (_end - _start < 4 || _end - _start < 4 + Length())
        {
            if (_end - _start >= 4 && 4 + Length() > _buffer.Length)
            {
                Array.Resize(ref _buffer, 4 + Length());
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            var count = _socket.Receive(_buffer.AsSpan(_end));
            _end += count > 0 ? count : throw new InvalidOperationException("The server closed the connection.");
        }

        var packet = _buffer.AsSpan(_start + 4, Length());
        _start += 4 + packet.Length;
        return packet;
    }

    private int Length() => _buffer[_start] | (_buffer[_start + 1] << 8) | (_buffer[_start + 2] << 16);
}
