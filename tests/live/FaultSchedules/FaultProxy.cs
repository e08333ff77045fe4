using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>A network between readers and a server that cuts, silences and slows connections. Thread-safe.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<int, Connection> _connections = new();
    private readonly CancellationTokenSource _end = new();
    private readonly int _serverPort;
    private readonly Task _accepting;
    private volatile bool _isRefusing;
    private volatile bool _isSilent;
    private volatile int _pieceBytes;
    private long _bytesUntilCut = long.MaxValue;
    private int _count;

    /// <summary>Starts to listen.</summary>
    /// <param name="serverPort">The server's port on this machine.</param>
    public FaultProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The port for readers.</summary>
    public int Port { get; }

    /// <summary>Ends all connections.</summary>
    /// <param name="reset">True to reset them; false to close them regularly.</param>
    public void Cut(bool reset)
    {
        foreach (Connection connection in _connections.Values)
        {
            connection.Close(reset);
        }
    }

    /// <summary>Resets the connection that carries the last of a number of further bytes from the server.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _bytesUntilCut, bytes);

    /// <summary>Refuses new connections until <see cref="Heal"/>.</summary>
    public void Refuse() => _isRefusing = true;

    /// <summary>Loses every byte from now on, without closing anything, until <see cref="Heal"/>: the connections of that time stay open
    /// and silent for ever.</summary>
    public void Silence() => _isSilent = true;

    /// <summary>Passes only pieces of so many bytes, with pauses, until <see cref="Heal"/>.</summary>
    public void Slow(int pieceBytes) => _pieceBytes = pieceBytes;

    /// <summary>Ends the faults; what was lost stays lost.</summary>
    public void Heal()
    {
        if (_isSilent)
        {
            foreach (Connection connection in _connections.Values)
            {
                connection.IsLost = true;
            }
        }

        _isSilent = false;
        _isRefusing = false;
        _pieceBytes = 0;
        Interlocked.Exchange(ref _bytesUntilCut, long.MaxValue);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut(reset: true);
        await _accepting;
        await Task.WhenAll(_connections.Values.Select(connection => connection.Running));
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException
                || (e is InvalidOperationException && _end.IsCancellationRequested))
            {
                return;
            }

            if (_isRefusing)
            {
                client.Close(0);
                continue;
            }

            var connection = new Connection(client);
            int id = _count++;
            _connections[id] = connection;
            connection.Running = Task.Run(async () =>
            {
                await RunAsync(connection);
                _connections.TryRemove(id, out _);
            });
        }
    }

    private async Task RunAsync(Connection connection)
    {
        try
        {
            await connection.Server.ConnectAsync(IPAddress.Loopback, _serverPort, _end.Token);
            await Task.WhenAll(
                PassAsync(connection, connection.Client, connection.Server, isFromServer: false),
                PassAsync(connection, connection.Server, connection.Client, isFromServer: true));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server is gone, or the connection was cut.
        }

        connection.Close(reset: true);
    }

    private async Task PassAsync(Connection connection, Socket from, Socket to, bool isFromServer)
    {
        byte[] buffer = new byte[32 * 1024];
        try
        {
            while (true)
            {
                int piece = _pieceBytes is > 0 and var limit ? limit : buffer.Length;
                int count = await from.ReceiveAsync(buffer.AsMemory(0, piece), SocketFlags.None, _end.Token);
                if (connection.IsLost || _isSilent)
                {
                    connection.IsLost = true;
                    await Task.Delay(Timeout.Infinite, _end.Token);
                }

                if (count == 0)
                {
                    // The other direction ends by itself. Closing it now would reset it, and an error message on its way would be lost.
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                long left = isFromServer ? Interlocked.Add(ref _bytesUntilCut, -count) : 1;
                await to.SendAsync(buffer.AsMemory(0, left > 0 ? count : (int)Math.Max(0, count + left)), SocketFlags.None, _end.Token);
                if (left <= 0)
                {
                    CutAfter(long.MaxValue);
                    connection.Close(reset: true);
                    return;
                }

                if (_pieceBytes > 0)
                {
                    await Task.Delay(2, _end.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Either end is gone, or the connection was cut.
            connection.Close(reset: true);
        }
    }

    private sealed class Connection(Socket client)
    {
        private volatile bool _isLost;

        public Socket Client { get; } = client;

        public Socket Server { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public Task Running { get; set; } = Task.CompletedTask;

        public bool IsLost
        {
            get => _isLost;
            set => _isLost = value;
        }

        private static void Shut(Socket socket)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Not connected yet, or already closed.
            }
        }

        public void Close(bool reset)
        {
            if (reset)
            {
                // Zero seconds to linger: the system sends RST instead of FIN.
                Client.Close(0);
                Server.Close(0);
            }
            else
            {
                Shut(Client);
                Shut(Server);
            }
        }
    }
}
