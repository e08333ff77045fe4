using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using CdcEmbedded.Shared;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Asks the system's name servers over UDP, and over TCP where an answer does not fit. The base class library reads addresses
/// only.</summary>
/// <remarks>Each question has a random number and a port of its own, and an answer must repeat both and the question (RFC 5452).</remarks>
internal sealed class DnsClient : IDnsResolver
{
    private const string ResolverFile = "/etc/resolv.conf";
    private const int NameError = 3;
    private const int Port = 53;
    private const int Rounds = 2;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(3);
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<IPEndPoint>? _servers;

    /// <summary>Creates the client.</summary>
    /// <param name="time">The clock of time limits.</param>
    /// <param name="servers">The name servers; null for the system's, looked up at each question.</param>
    public DnsClient(TimeProvider time, IReadOnlyList<IPEndPoint>? servers = null)
    {
        _time = time;
        _servers = servers;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SrvRecord>> ResolveSrvAsync(string name, CancellationToken cancellationToken)
    {
        var (answer, questionLength) = await AskAsync(name, DnsMessage.Srv, cancellationToken).ConfigureAwait(false);
        return answer is null ? [] : DnsMessage.ReadSrv(answer, questionLength);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ResolveTxtAsync(string name, CancellationToken cancellationToken)
    {
        var (answer, questionLength) = await AskAsync(name, DnsMessage.Txt, cancellationToken).ConfigureAwait(false);
        return answer is null ? [] : DnsMessage.ReadTxt(answer, questionLength);
    }

    /// <summary>The name servers of a resolver file.</summary>
    public static List<IPEndPoint> ParseResolverFile(IEnumerable<string> lines)
    {
        var servers = new List<IPEndPoint>();
        foreach (var line in lines)
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && words[0] == "nameserver" && IPAddress.TryParse(words[1], out var address))
            {
                servers.Add(new IPEndPoint(address, Port));
            }
        }

        return servers;
    }

    private static List<IPEndPoint> SystemServers()
        => File.Exists(ResolverFile)
            ? ParseResolverFile(File.ReadLines(ResolverFile))
            : [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus == OperationalStatus.Up)
                .SelectMany(network => network.GetIPProperties().DnsAddresses)
                .Distinct()
                .Select(address => new IPEndPoint(address, Port))];

    private async ValueTask<(byte[]? Answer, int QuestionLength)> AskAsync(string name, ushort type, CancellationToken cancellationToken)
    {
        var servers = _servers ?? SystemServers();
        Exception? failure = null;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in servers)
            {
                try
                {
                    var question = DnsMessage.WriteQuestion((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), name, type);
                    var answer = await AskAsync(server, question, cancellationToken).ConfigureAwait(false);
                    switch (DnsMessage.ResponseCode(answer))
                    {
                        case 0: return (answer, question.Length);
                        case NameError: return (null, 0);
                        case var code:
                            failure = new CdcConnectionException($"Name server {server} answered with code {code}.");
                            break;
                    }
                }
                catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    failure = exception;
                }
            }
        }

        var reason = failure is OperationCanceledException ? "they kept silent" : failure?.Message ?? "none is configured";
        throw new CdcConnectionException(
            $"No name server answered the question for {name}: {reason}.",
            failure);
    }

    private async ValueTask<byte[]> AskAsync(IPEndPoint server, byte[] question, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(AnswerTime, _time, cancellationToken);
        var answer = await AskOverUdpAsync(server, question, deadline.Token).ConfigureAwait(false);
        return DnsMessage.IsTruncated(answer) ? await AskOverTcpAsync(server, question, deadline.Token).ConfigureAwait(false) : answer;
    }

    private static async ValueTask<byte[]> AskOverUdpAsync(IPEndPoint server, byte[] question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(question, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[ushort.MaxValue];
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (DnsMessage.Answers(buffer.AsSpan(0, count), question))
            {
                return buffer[..count];
            }
        }
    }

    // Over TCP each message has its length, a big-endian uint16, in front.
    private static async ValueTask<byte[]> AskOverTcpAsync(IPEndPoint server, byte[] question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket);
        await using (stream.ConfigureAwait(false))
        {
            var framed = new byte[question.Length + 2];
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
            question.CopyTo(framed, 2);
            await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);
            await stream.ReadExactlyAsync(framed.AsMemory(0, 2), cancellationToken).ConfigureAwait(false);
            var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(framed)];
            await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
            return DnsMessage.Answers(answer, question)
                ? answer
                : throw new IOException($"Name server {server} answered another question.");
        }
    }
}
