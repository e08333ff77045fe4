using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>The server's side of one connection.</summary>
public sealed class ScriptedConnection
{
    private readonly byte[] _received = new byte[256 * 1024];
    private readonly CancellationToken _serverEnd;
    private Stream _stream;
    private int _start;
    private int _end;

    public ScriptedConnection(ShapedStream wire, ScriptedServerOptions options, int number, CancellationToken serverEnd)
    {
        Wire = wire;
        Options = options;
        Number = number;
        _stream = wire;
        _serverEnd = serverEnd;
    }

    /// <summary>The socket, for counting and for faults set midway.</summary>
    public ShapedStream Wire { get; }

    public ScriptedServerOptions Options { get; }

    /// <summary>Counts the server's connections from 0.</summary>
    public int Number { get; }

    /// <summary>Counts the server's dumps from 0; -1 before the dump command.</summary>
    public int Dump { get; set; } = -1;

    public byte Sequence { get; set; }

    /// <summary>True if the client agreed on results without EOF packets (CLIENT_DEPRECATE_EOF), as MySqlConnector does.</summary>
    public bool DeprecatesEof { get; set; }

    public bool IsTls => _stream is SslStream;

    /// <summary>The key updates of this connection; null without TLS, or where TLS is not OpenSSL's.</summary>
    public KeyUpdates? KeyUpdates { get; private set; }

    public X509Certificate? ClientCertificate => (_stream as SslStream)?.RemoteCertificate;

    public Dictionary<string, string> Attributes { get; } = [];

    /// <summary>True for MySqlConnector's connections, false for replication sessions.</summary>
    public bool IsSql => Attributes.GetValueOrDefault("_client_name") == "MySqlConnector";

    /// <summary>Waits until the server ends: a connection that is there and says nothing.</summary>
    public async Task SilenceAsync()
    {
        try
        {
            await Task.Delay(Timeout.Infinite, _serverEnd);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>Waits until the client closes the connection.</summary>
    public async Task WaitForCloseAsync()
    {
        while (await _stream.ReadAsync(_received, _serverEnd) > 0)
        {
            // Whatever still comes in does not matter.
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The server of a test takes any client certificate.")]
    public async Task StartTlsAsync(X509Certificate2 certificate)
    {
        Wire.PushBack(_received.AsSpan(_start, _end - _start).ToArray());
        _start = _end = 0;
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = Options.ClientCertificateRequired,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            _serverEnd);
        _stream = tls;
        KeyUpdates = KeyUpdates.Of(tls);
    }

    /// <summary>Sends bytes as they are.</summary>
    public ValueTask SendRawAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, _serverEnd);

    /// <summary>Sends a payload, in parts where it is 16 MiB - 1 or longer.</summary>
    public ValueTask SendPacketAsync(ReadOnlySpan<byte> payload) => SendRawAsync(Frame(payload));

    /// <summary>The bytes of a payload with its headers; takes sequence numbers.</summary>
    public byte[] Frame(ReadOnlySpan<byte> payload)
    {
        const int Max = 0xFFFFFF;
        using var framed = new MemoryStream(payload.Length + 64);
        Span<byte> header = stackalloc byte[4];
        while (true)
        {
            var length = Math.Min(payload.Length, Max);
            BinaryPrimitives.WriteInt32LittleEndian(header, length);
            header[3] = Sequence++;
            framed.Write(header);
            framed.Write(payload[..length]);
            payload = payload[length..];
            if (length < Max)
            {
                return framed.ToArray();
            }
        }
    }

    public ValueTask SendOkAsync() => SendPacketAsync([0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00]);

    public ValueTask SendEofAsync() => SendPacketAsync([0xFE, 0x00, 0x00, 0x02, 0x00]);

    public ValueTask SendErrorAsync(int code, string message, string? sqlState = "HY000") => SendPacketAsync(
        [0xFF, (byte)code, (byte)(code >> 8), .. Encoding.UTF8.GetBytes(sqlState is null ? message : "#" + sqlState + message)]);

    public async Task SendReplyAsync(ScriptedReply reply)
    {
        if (reply.ErrorCode != 0)
        {
            await SendErrorAsync(reply.ErrorCode, reply.Message);
        }
        else if (reply.Columns.Length == 0)
        {
            await SendOkAsync();
        }
        else
        {
            await SendRawAsync(ResultSet(reply));
        }
    }

    /// <summary>Sends one binlog event, header included.</summary>
    public ValueTask SendEventAsync(ReadOnlySpan<byte> binlogEvent) => SendPacketAsync([0x00, .. binlogEvent]);

    /// <summary>Sends a binlog file as a server does: a rotate event made up for the occasion, the format description, then the
    /// events from <paramref name="position"/> on.</summary>
    public async Task SendBinlogFileAsync(byte[] file, string name, uint position = 4, bool checksums = true)
    {
        await SendEventAsync(BinlogFile.FakeRotate(name, position, checksums));
        foreach (var (start, end) in BinlogFile.Events(file))
        {
            if (start == 4 || start >= position)
            {
                await SendEventAsync(file.AsSpan(start, end - start));
            }
        }
    }

    /// <summary>Reads a packet of the client; null where it closed the connection.</summary>
    public async Task<byte[]?> ReadPacketAsync()
    {
        using var joined = new MemoryStream();
        while (true)
        {
            if (!await HaveAsync(4))
            {
                return null;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(_received.AsSpan(_start)) & 0xFFFFFF;
            Sequence = (byte)(_received[_start + 3] + 1);
            _start += 4;
            for (var rest = length; rest > 0;)
            {
                if (!await HaveAsync(1))
                {
                    return null;
                }

                var count = Math.Min(rest, _end - _start);
                joined.Write(_received, _start, count);
                _start += count;
                rest -= count;
            }

            if (length < 0xFFFFFF)
            {
                return joined.ToArray();
            }
        }
    }

    private async Task<bool> HaveAsync(int count)
    {
        while (_end - _start < count)
        {
            if (_start == _end || _received.Length - _start < count)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                _end -= _start;
                _start = 0;
            }

            var read = await _stream.ReadAsync(_received.AsMemory(_end), _serverEnd);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    private byte[] ResultSet(ScriptedReply reply)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Frame([(byte)reply.Columns.Length]));
        foreach (var column in reply.Columns)
        {
            var name = Text(Encoding.UTF8.GetBytes(column));
            bytes.Write(Frame([3, .. "def"u8, 0, 0, 0, .. name, 0, 12, reply.Charset, 0, 0, 0, 0, 0, reply.ColumnType, reply.Flags, 0, 0,
                0, 0]));
        }

        if (!DeprecatesEof)
        {
            bytes.Write(Frame([0xFE, 0, 0, 2, 0]));
        }

        foreach (var row in reply.Values)
        {
            bytes.Write(Frame([.. row.SelectMany(value => value is null ? [0xFB] : Text(value))]));
        }

        // An OK packet of another first byte, or EOF.
        bytes.Write(DeprecatesEof ? Frame([0xFE, 0, 0, 2, 0, 0, 0]) : Frame([0xFE, 0, 0, 2, 0]));
        return bytes.ToArray();
    }

    private static byte[] Text(byte[] value) => value.Length < 0xFB
        ? [(byte)value.Length, .. value]
        : value.Length <= 0xFFFF
            ? [0xFC, (byte)value.Length, (byte)(value.Length >> 8), .. value]
            : [0xFD, (byte)value.Length, (byte)(value.Length >> 8), (byte)(value.Length >> 16), .. value];
}
