using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>A MySQL server in this process that does what the test says, on 127.0.0.1 and a free port.</summary>
/// <remarks>Disposing it ends all connections and waits for them. A fault of the script itself is thrown by DisposeAsync.</remarks>
public sealed class ScriptedMySqlServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private readonly ConcurrentQueue<Exception> _faults = new();
    private readonly ConcurrentQueue<ScriptedConnection> _connections = new();
    private readonly Task _accepting;
    private int _open;
    private int _dumps;

    public ScriptedMySqlServer(ScriptedServerOptions? options = null)
    {
        Options = options ?? new ScriptedServerOptions();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public ScriptedServerOptions Options { get; }

    public int Port { get; }

    /// <summary>All connections so far, closed ones included.</summary>
    public IReadOnlyList<ScriptedConnection> Connections => [.. _connections];

    /// <summary>How many connections are open at this moment.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>How many dumps were asked for so far.</summary>
    public int Dumps => Volatile.Read(ref _dumps);

    /// <summary>The statements of all connections.</summary>
    public ConcurrentQueue<string> Queries { get; } = new();

    /// <summary>A connection string to here, without TLS unless <paramref name="more"/> names an SslMode.</summary>
    public string ConnectionString(string more = "")
    {
        var sslMode = more.Contains("SslMode", StringComparison.Ordinal) ? "" : "SslMode=None;";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Server=127.0.0.1;Port={Port};User ID={Options.User};Password={Options.Password};{sslMode}{more}");
    }

    /// <summary>Waits until the clients have closed all connections.</summary>
    public async Task WaitUntilClosedAsync()
    {
        while (OpenConnections > 0)
        {
            await Task.Delay(2, _end.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_tasks);
        _end.Dispose();
        if (_faults.TryDequeue(out var fault))
        {
            throw new InvalidOperationException("The script failed.", fault);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_end.Token);
                socket.NoDelay = true;
                Interlocked.Increment(ref _open);
                _tasks.Add(Task.Run(() => ServeAsync(socket)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server ends.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var wire = new ShapedStream(new NetworkStream(socket, ownsSocket: true));
        var connection = new ScriptedConnection(wire, Options, _connections.Count, _end.Token);
        _connections.Enqueue(connection);
        try
        {
            Options.Shape?.Invoke(wire, connection.Number);
            if (Options.OnConnect is { } play)
            {
                await play(connection);
            }
            else if (await ScriptedLogin.PlayAsync(connection))
            {
                await CommandsAsync(connection);
            }

            // A close with unread bytes would be a reset, which can overtake what was sent before.
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception)
            when (exception is IOException or SocketException or OperationCanceledException or AuthenticationException)
        {
            // The client went away, or the script cut the connection.
        }
        catch (Exception exception)
        {
            _faults.Enqueue(exception);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task CommandsAsync(ScriptedConnection connection)
    {
        while (await connection.ReadPacketAsync() is { Length: > 0 } command)
        {
            switch (command[0])
            {
                case 0x01:
                    return;
                case 0x03:
                    var sql = Encoding.UTF8.GetString(command.AsSpan(1));
                    Queries.Enqueue(sql);
                    await connection.SendReplyAsync(Options.OnConnectionQuery?.Invoke(connection, sql) ?? Options.OnQuery?.Invoke(sql)
                        ?? ScriptedReply.Default(sql));
                    break;
                case 0x12 or 0x1E when Options.OnBinlogDump is { } dump:
                    connection.Dump = Interlocked.Increment(ref _dumps) - 1;
                    await dump(connection, BinlogDumpRequest.Read(command));
                    return;
                default:
                    await (Options.OnCommand?.Invoke(connection, command) ?? connection.SendOkAsync().AsTask());
                    break;
            }
        }
    }
}
