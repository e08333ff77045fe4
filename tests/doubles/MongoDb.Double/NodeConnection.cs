using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Commands;
using CdcEmbedded.MongoDb.Double.Faults;
using CdcEmbedded.MongoDb.Double.Security;
using CdcEmbedded.MongoDb.Double.Wire;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>One client's connection, served until either side ends it.</summary>
internal sealed class NodeConnection(MongoDouble deployment, DoubleNode node, Socket socket, CancellationToken stopping) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private bool _disposed;

    public async Task RunAsync()
    {
        try
        {
            await using Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (deployment.Options.Tls)
            {
                await using var secured = new SslStream(
                    stream, leaveInnerStreamOpen: true, (_, certificate, _, _) => deployment.Certificates.Accepts(certificate));
                await secured.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = deployment.Certificates.Server, ClientCertificateRequired = true,
                    },
                    _ended.Token);
                await ServeAsync(secured, DoubleCertificates.SubjectOf(secured.RemoteCertificate));
            }
            else
            {
                await ServeAsync(stream, null);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or FormatException
            or ObjectDisposedException or AuthenticationException or InvalidDataException)
        {
            // The client went away, sent no protocol, or a test cut it.
        }
    }

    /// <summary>Cuts the connection with a reset, from any thread.</summary>
    public void Reset()
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }

        socket.Close();
        lock (_ended)
        {
            if (!_disposed)
            {
                _ended.Cancel();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_ended)
        {
            _disposed = true;
            _ended.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(Stream stream, string? subject)
    {
        var state = new ConnectionState(deployment.NextConnectionId())
        {
            IsTrusted = deployment.Options.Users.Count == 0, CertificateSubject = subject,
        };
        while (await MessageReader.ReadAsync(stream, _ended.Token) is { } request)
        {
            if (node.Faults.Silent)
            {
                continue;
            }

            if (!await AnswerAsync(stream, state, request))
            {
                return;
            }
        }
    }

    private async Task<bool> AnswerAsync(Stream stream, ConnectionState state, WireRequest request)
    {
        var received = new ReceivedCommand(
            request.Name, request.Database, request.Command, node.Index, state.Id, request.Legacy,
            request.Compressor is { } compressor ? Compressor.NameOf(compressor) : null);
        deployment.Commands.Add(received);
        CommandFault? fault = await MeetAsync(request.Name, state);
        if (fault?.CloseConnection == true)
        {
            return false;
        }

        var context = new CommandContext(deployment, node, state, request.Name, request.Database, request.Command, _ended.Token);
        Doc reply = await deployment.ExecuteAsync(context, fault);
        if (fault?.LoseReply == true)
        {
            return false;
        }

        if (node.Faults.Silent || request.Unacknowledged)
        {
            return true;
        }

        if (received.IsHello && request.ExhaustAllowed && request.Command.Has("topologyVersion"))
        {
            return await StreamHelloAsync(stream, context, request, reply);
        }

        byte[]? garbage = received.IsHello ? null : node.Faults.TakeGarbage();
        return await SendAsync(stream, garbage ?? MessageWriter.Reply(request, reply, SizeHint(reply)));
    }

    // A monitor's awaited hello: one reply after the other, each when the node has changed or the wait is over, until the connection ends.
    private async Task<bool> StreamHelloAsync(Stream stream, CommandContext context, WireRequest request, Doc reply)
    {
        while (true)
        {
            ReadOnlyMemory<byte> message = MessageWriter.Reply(request, reply, SizeHint(reply), moreToCome: true);
            if (!node.Faults.Silent && !await SendAsync(stream, message))
            {
                return false;
            }

            Doc next = context.Command.Clone();
            next["topologyVersion"] = reply["topologyVersion"] ?? node.TopologyVersion;
            request = request with { RequestId = MessageWriter.IdOf(message) };
            context = context with { Command = next };
            CommandFault? fault = await MeetAsync(context.Name, context.Connection);
            if (fault?.CloseConnection == true)
            {
                return false;
            }

            reply = await deployment.ExecuteAsync(context, fault);
        }
    }

    private async Task<CommandFault?> MeetAsync(string command, ConnectionState state)
    {
        CommandFault? fault = node.CommandFaults.Take(command, state.ApplicationName)
            ?? deployment.CommandFaults.Take(command, state.ApplicationName);
        if (fault is not null)
        {
            await Task.Delay(fault.Block, deployment.Options.Time, _ended.Token);
        }

        return fault;
    }

    private async Task<bool> SendAsync(Stream stream, ReadOnlyMemory<byte> message)
    {
        int allowed = node.Faults.Allow(message.Length);
        await stream.WriteAsync(message[..allowed], _ended.Token);
        await stream.FlushAsync(_ended.Token);
        if (allowed < message.Length)
        {
            Reset();
        }

        return allowed == message.Length;
    }

    private static int SizeHint(Doc reply)
    {
        Doc? cursor = reply.Document("cursor");
        return 1024 + ((cursor?["nextBatch"] ?? cursor?["firstBatch"]) is DocRaw raw ? raw.Bytes.Length : 0);
    }
}
