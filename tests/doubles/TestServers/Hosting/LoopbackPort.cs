using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CdcEmbedded.TestServers.Hosting;

/// <summary>Chooses a free port on the loopback address.</summary>
internal static class LoopbackPort
{
    // Below the range of outgoing connections, so that a stopped server finds its port free when it restarts.
    private const int First = 20_000;
    private const int Last = 32_000;

    // A port stays its server's while that one is stopped, so none is given twice.
    private static readonly ConcurrentDictionary<int, bool> _given = new();

    /// <summary>Returns a port that was not returned before. Another process may still take it before the server does.</summary>
    public static int Choose()
    {
        for (int attempt = 0; attempt < 500; attempt++)
        {
            int port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (_given.TryAdd(port, true))
                {
                    return port;
                }
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }

        throw new InvalidOperationException($"No free loopback port between {First} and {Last}.");
    }

    /// <summary>Returns true if something accepts connections on the port.</summary>
    public static async Task<bool> AcceptsAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
