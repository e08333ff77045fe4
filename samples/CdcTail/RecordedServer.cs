using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcTail;

/// <summary>A server on a port of its own that plays a recorded change stream: as much of MongoDB's protocol as a source and
/// its driver need.</summary>
internal sealed class RecordedServer : IAsyncDisposable
{
    private const int MessageOpCode = 2013;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly RecordedStream _stream;
    private readonly Task _accepting;

    private RecordedServer(RecordedStream stream)
    {
        _stream = stream;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Starts a server.</summary>
    public static RecordedServer Start(RecordedStream stream) => new(stream);

    /// <summary>A client for it. With the Stable API the driver speaks OP_MSG from its first message on, and this server
    /// knows no other.</summary>
    public MongoClient CreateClient() => new(new MongoClientSettings
    {
        Server = new MongoServerAddress("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port),
        DirectConnection = true,
        ServerApi = new ServerApi(ServerApiVersion.V1),
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var closing = connection;
        var stream = connection.GetStream();
        var header = new byte[16];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(header, _stop.Token);
                var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - header.Length];
                await stream.ReadExactlyAsync(body, _stop.Token);
                await stream.WriteAsync(Reply(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)),
                    await _stream.AnswerAsync(Command(body), _stop.Token)), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has gone, or the server goes.
        }
    }

    // Flags, then sections: kind 0 is a document, and reads have no other.
    private static BsonDocument Command(byte[] body)
        => new RawBsonDocument(body[5..(5 + BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(5)))])
            .Materialize(new MongoDB.Bson.IO.BsonBinaryReaderSettings());

    private static byte[] Reply(int request, BsonDocument document)
    {
        var bytes = document.ToBson();
        var message = new byte[16 + 5 + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), request);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), MessageOpCode);
        bytes.CopyTo(message.AsSpan(21));
        return message;
    }
}
