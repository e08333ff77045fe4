using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>A bare client: one connection, OP_MSG out, OP_MSG in.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private int _requestId;

    public static Task<RawClient> ConnectAsync(DoubleNode node) => ConnectAsync(node.Port);

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return client;
    }

    public void Dispose() => _tcp.Dispose();

    /// <summary>Sends a command and reads its reply.</summary>
    public async Task<Doc> RunAsync(string database, Doc command)
    {
        byte[] reply = await ExchangeAsync(database, command);
        return DocReader.Read(reply.AsSpan(21));
    }

    /// <summary>Sends a command and reads the whole reply message.</summary>
    public async Task<byte[]> ExchangeAsync(string database, Doc command)
    {
        command["$db"] = database;
        byte[] body = DocWriter.ToBytes(command);
        var message = new byte[21 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), ++_requestId);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), 2013);
        body.CopyTo(message, 21);
        await SendAsync(message);
        return await ReceiveAsync();
    }

    public async Task SendAsync(byte[] bytes) => await _tcp.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);

    public async Task<byte[]> ReceiveAsync()
    {
        NetworkStream stream = _tcp.GetStream();
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, TestContext.Current.CancellationToken);
        var message = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        length.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(4), TestContext.Current.CancellationToken);
        return message;
    }
}
