using System.Net;
using System.Net.Sockets;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Finds addresses and opens sockets.</summary>
internal static class SocketDialer
{
    /// <summary>All addresses of a host, in the order of the resolver.</summary>
    /// <exception cref="CdcConnectionException">The name is not known.</exception>
    public static async ValueTask<EndPoint[]> ResolveAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [new IPEndPoint(literal, port)];
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return Array.ConvertAll<IPAddress, EndPoint>(addresses, address => new IPEndPoint(address, port));
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new CdcConnectionException($"The address of host '{host}' was not found: {exception.Message}", exception);
        }
    }

    /// <summary>Opens a socket: without delay (each packet is one write), with keepalive (a dead peer is noticed).</summary>
    /// <param name="endPoint">An address and port, or a Unix domain socket.</param>
    /// <param name="keepAlive">Idle time before the first probe; zero leaves the system's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async ValueTask<BlockingStream> DialAsync(EndPoint endPoint, TimeSpan keepAlive, CancellationToken cancellationToken)
    {
        var local = endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, local ? ProtocolType.Unspecified : ProtocolType.Tcp);
        var stream = new BlockingStream(socket);
        try
        {
            if (!local)
            {
                socket.NoDelay = true;
                SetKeepAlive(socket, keepAlive);
            }

            await stream.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            stream.Abandon();
            throw;
        }
    }

    private static void SetKeepAlive(Socket socket, TimeSpan keepAlive)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        if (keepAlive > TimeSpan.Zero)
        {
            var seconds = (int)Math.Clamp(Math.Ceiling(keepAlive.TotalSeconds), 1, short.MaxValue);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 4));
        }
    }
}
