using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Finds the address that lets the user in.</summary>
internal static class SessionConnector
{
    /// <summary>See <see cref="ReplicationSession.ConnectAsync"/>.</summary>
    public static async ValueTask<ReplicationSession> ConnectAsync(
        SessionSettings settings, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        var failures = new List<CdcException>();
        foreach (var host in settings.Hosts)
        {
            var started = time.GetTimestamp();
            try
            {
                foreach (var endPoint in await ResolveAsync(host, settings, time, cancellationToken).ConfigureAwait(false))
                {
                    try
                    {
                        return await TryAsync(host, endPoint, settings, logger, time, cancellationToken).ConfigureAwait(false);
                    }
                    catch (CdcException exception) when (exception.IsTransient)
                    {
                        failures.Add(exception);
                        Log.AttemptFailed(logger, host, endPoint, exception);
                    }
                }
            }
            catch (CdcConnectionException exception) when (exception.IsTransient)
            {
                failures.Add(exception);
                Log.ResolutionFailed(logger, host, time.GetElapsedTime(started).TotalMilliseconds, exception);
            }
        }

        throw failures.Count == 1
            ? failures[0]
            : new CdcConnectionException(
                failures.Count == 0
                    ? $"No address was found for {string.Join(", ", settings.Hosts)}."
                    : $"None of {failures.Count} addresses could be connected to: "
                        + string.Join(" | ", failures.Select(failure => failure.Message)),
                failures.Count == 0 ? null : new AggregateException(failures));
    }

    private static async ValueTask<EndPoint[]> ResolveAsync(
        MySqlHost host, SessionSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        if (host.IsUnixSocket)
        {
            return [new UnixDomainSocketEndPoint(host.Name)];
        }

        using var deadline = new Deadline(settings.ConnectTimeout, time, cancellationToken);
        try
        {
            return await SocketDialer.ResolveAsync(host.Name, host.Port, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TimedOut(host, settings, exception);
        }
    }

    private static async ValueTask<ReplicationSession> TryAsync(
        MySqlHost host, EndPoint endPoint, SessionSettings settings, ILogger logger, TimeProvider time,
        CancellationToken cancellationToken)
    {
        // Before dialling: a server waits only seconds for the login.
        var password = await Passwords.GetAsync(settings, host, time, cancellationToken).ConfigureAwait(false);
        settings = settings with { Password = password };
        var started = time.GetTimestamp();
        PacketChannel? channel = null;
        ReplicationSession? session = null;
        using var deadline = new Deadline(settings.ConnectTimeout, time, cancellationToken);
        try
        {
            var stream = await SocketDialer.DialAsync(endPoint, settings.KeepAlive, deadline.Token).ConfigureAwait(false);
            channel = new PacketChannel(stream, host.ToString(), time);
            session = await ReplicationSession.LogInAsync(channel, host, endPoint, settings, logger, time,
                deadline.Token).ConfigureAwait(false);
            Log.Connected(
                logger, host, endPoint, session.ServerVersion, session.ConnectionId, time.GetElapsedTime(started).TotalMilliseconds);
            return session;
        }
        catch (SocketException exception)
        {
            var address = endPoint.ToString() is { } text && text != host.ToString() ? $" ({text})" : "";
            var reason = new SocketException(exception.ErrorCode).Message; // Without the address, which that of a connect has at its end.
            throw new CdcConnectionException($"Could not connect to {host}{address}: {reason}", exception);
        }
        catch (OperationCanceledException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TimedOut(host, settings, exception);
        }
        finally
        {
            if (session is null)
            {
                channel?.Dispose();
            }
        }
    }

    private static CdcConnectionException TimedOut(MySqlHost host, SessionSettings settings, Exception cause) =>
        new($"{host} did not complete the connection within {settings.ConnectTimeout.TotalSeconds:0.###} seconds.", cause);
}
