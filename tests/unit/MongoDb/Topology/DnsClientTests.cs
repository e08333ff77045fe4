using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CdcEmbedded.MongoDb.Topology;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MongoDb.Tests.Topology;

public class DnsClientTests
{
    private const string Name = "_mongodb._tcp.cluster.example.com";

    [Fact]
    public async Task Srv_records_are_read_with_compressed_names()
    {
        using var server = new DnsDouble(question
            => DnsDouble.Answer(question, DnsDouble.Srv(27017, "node1"), DnsDouble.Srv(27018, "node2")));

        var records = await server.Client().ResolveSrvAsync(Name, CancellationToken.None);

        Assert.Equal([new SrvRecord("node1.cluster.example.com", 27017), new("node2.cluster.example.com", 27018)], records);
    }

    [Fact]
    public async Task Txt_strings_of_one_record_are_joined()
    {
        using var server = new DnsDouble(question => DnsDouble.Answer(question, DnsDouble.Txt("replica", "Set=rs0")));

        Assert.Equal(["replicaSet=rs0"], await server.Client().ResolveTxtAsync("cluster.example.com", CancellationToken.None));
    }

    [Fact]
    public async Task Truncated_answer_is_asked_for_over_tcp()
    {
        using var server = new DnsDouble(
            question => DnsDouble.WithFlag(DnsDouble.Answer(question), 2, 2),
            question => DnsDouble.Answer(question, DnsDouble.Srv(1, "big")));

        Assert.Equal([new SrvRecord("big.cluster.example.com", 1)], await server.Client().ResolveSrvAsync(Name, CancellationToken.None));
    }

    [Fact]
    public async Task Name_that_does_not_exist_has_no_records()
    {
        using var server = new DnsDouble(question => DnsDouble.WithFlag(DnsDouble.Answer(question), 3, 3));

        Assert.Empty(await server.Client().ResolveSrvAsync(Name, CancellationToken.None));
    }

    [Fact]
    public async Task Answer_to_another_question_is_ignored()
    {
        // The first datagram has a wrong number, as a forger's would; the right one follows.
        using var server = new DnsDouble(question => DnsDouble.Answer(question, DnsDouble.Srv(27017, "node1"))) { SendForgeryFirst = true };

        Assert.Equal(
            [new SrvRecord("node1.cluster.example.com", 27017)], await server.Client().ResolveSrvAsync(Name, CancellationToken.None));
    }

    [Fact]
    public async Task Refusing_server_gives_way_to_the_next_one()
    {
        using var refusing = new DnsDouble(question => DnsDouble.WithFlag(DnsDouble.Answer(question), 3, 5));
        using var answering = new DnsDouble(question => DnsDouble.Answer(question, DnsDouble.Srv(27017, "node1")));
        var client = new CdcEmbedded.MongoDb.Topology.DnsClient(TimeProvider.System, [refusing.EndPoint, answering.EndPoint]);

        Assert.Single(await client.ResolveSrvAsync(Name, CancellationToken.None));
    }

    [Fact]
    public async Task Without_an_answer_the_error_is_typed()
    {
        using var refusing = new DnsDouble(question => DnsDouble.WithFlag(DnsDouble.Answer(question), 3, 2));

        var error = await Assert.ThrowsAsync<CdcConnectionException>(async ()
            => await refusing.Client().ResolveSrvAsync(Name, CancellationToken.None));

        Assert.True(error.IsTransient);
    }

    [Fact]
    public void Any_answer_gives_records_or_the_typed_error()
        => Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value)).Resize(120).ToArbitrary(),
            bytes =>
            {
                var question = DnsMessage.WriteQuestion(1, "a.example.com", DnsMessage.Srv);
                byte[] answer = [.. question, .. bytes];
                answer[7] = 3;
                return Xunit.Record.Exception(() => DnsMessage.ReadSrv(answer, question.Length)) is null or CdcProtocolException
                    && Xunit.Record.Exception(() => DnsMessage.ReadTxt(answer, question.Length)) is null or CdcProtocolException;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Name_that_points_at_itself_is_refused()
    {
        var question = DnsMessage.WriteQuestion(1, "a.example.com", DnsMessage.Srv);
        byte[] answer = [.. question, 0xC0, (byte)question.Length, 0, 33, 0, 1, 0, 0, 0, 0, 0, 0];
        answer[7] = 1;

        Assert.Throws<CdcProtocolException>(() => DnsMessage.ReadSrv(answer, question.Length));
    }

    [Fact]
    public void Resolver_file_names_the_servers()
        => Assert.Equal(
            [new IPEndPoint(IPAddress.Parse("10.0.0.2"), 53), new IPEndPoint(IPAddress.IPv6Loopback, 53)],
            CdcEmbedded.MongoDb.Topology.DnsClient.ParseResolverFile(
                ["# comment", "search example.com", "nameserver 10.0.0.2", "nameserver\t::1", "nameserver nonsense"]));

    private sealed class DnsDouble : IDisposable
    {
        private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly TcpListener _tcp;
        private readonly Func<byte[], byte[]> _answer;
        private readonly Func<byte[], byte[]>? _answerOverTcp;

        public DnsDouble(Func<byte[], byte[]> answer, Func<byte[], byte[]>? answerOverTcp = null)
        {
            _answer = answer;
            _answerOverTcp = answerOverTcp;
            _tcp = new TcpListener(IPAddress.Loopback, 0);
            _tcp.Start();
            EndPoint = (IPEndPoint)_tcp.LocalEndpoint;
            _udp.Bind(EndPoint);
            _ = ServeUdpAsync();
            _ = ServeTcpAsync();
        }

        public IPEndPoint EndPoint { get; }

        public bool SendForgeryFirst { get; init; }

        public CdcEmbedded.MongoDb.Topology.DnsClient Client() => new(TimeProvider.System, [EndPoint]);

        public void Dispose()
        {
            _udp.Dispose();
            _tcp.Dispose();
        }

        public static byte[] Answer(byte[] question, params byte[][] records)
        {
            byte[] answer = [.. question, .. records.SelectMany(record => record)];
            answer[2] |= 0x80;
            answer[7] = (byte)records.Length;
            return answer;
        }

        public static byte[] WithFlag(byte[] message, int index, byte value)
        {
            message[index] |= value;
            return message;
        }

        // The question's name begins at 12; "cluster.example.com" is behind "_mongodb" and "_tcp".
        public static byte[] Srv(ushort port, string label)
        {
            byte[] target = [(byte)label.Length, .. Encoding.ASCII.GetBytes(label), 0xC0, 12 + 9 + 5];
            byte[] data = [0, 0, 0, 0, (byte)(port >> 8), (byte)port, .. target];
            return Record(DnsMessage.Srv, data);
        }

        public static byte[] Txt(params string[] strings)
            => Record(DnsMessage.Txt, [.. strings.SelectMany(text => (byte[])[(byte)text.Length, .. Encoding.ASCII.GetBytes(text)])]);

        private static byte[] Record(ushort type, byte[] data)
            => [0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length, .. data];

        private async Task ServeUdpAsync()
        {
            var buffer = new byte[512];
            try
            {
                while (true)
                {
                    var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                    var answer = _answer(buffer[..received.ReceivedBytes]);
                    if (SendForgeryFirst)
                    {
                        byte[] forged = [(byte)(answer[0] ^ 1), .. answer[1..]];
                        await _udp.SendToAsync(forged, SocketFlags.None, received.RemoteEndPoint);
                    }

                    await _udp.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The end of the test.
            }
        }

        private async Task ServeTcpAsync()
        {
            try
            {
                using var client = await _tcp.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(question);
                var answer = (_answerOverTcp ?? _answer)(question);
                await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The end of the test.
            }
        }
    }
}
