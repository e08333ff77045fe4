using System.Net;
using System.Security.Authentication;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Notices that TLS fails with every server of a deployment. The driver shows it only as failed heartbeats and tries again until
/// its selection timeout, although a certificate that does not verify now does not verify then.</summary>
/// <remarks>Thread-safe: monitors of several servers report at once.</remarks>
internal sealed class TlsWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EndPoint, Exception> _failed = [];
    private readonly HashSet<EndPoint> _others = [];
    private CancellationTokenSource _givesUp = new();

    /// <summary>Cancelled once there is no server left whose TLS may work.</summary>
    public CancellationToken GivesUp
    {
        get
        {
            lock (_lock)
            {
                return _givesUp.Token;
            }
        }
    }

    /// <summary>A failure of TLS where it fails with every server; else null.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_lock)
            {
                return _others.Count == 0 ? _failed.Values.FirstOrDefault() : null;
            }
        }
    }

    /// <summary>Listens to the monitors of a client.</summary>
    public void Subscribe(ClusterBuilder builder)
    {
        builder.Subscribe<ServerOpeningEvent>(opening => Learn(opening.ServerId.EndPoint, null));
        builder.Subscribe<ServerHeartbeatSucceededEvent>(heartbeat => Learn(heartbeat.ServerId.EndPoint, null));
        builder.Subscribe<ServerHeartbeatFailedEvent>(heartbeat => Learn(heartbeat.ServerId.EndPoint, TlsFailureOf(heartbeat.Exception)));
        builder.Subscribe<ServerClosedEvent>(closed => Forget(closed.ServerId.EndPoint));
    }

    /// <summary>Gives the servers another chance: certificates may have been replaced since the last attempt.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            if (_givesUp.IsCancellationRequested)
            {
                _givesUp.Dispose();
                _givesUp = new CancellationTokenSource();
                _others.UnionWith(_failed.Keys);
                _failed.Clear();
            }
        }
    }

    /// <summary>The failure of TLS among an exception's causes; null where it failed for another reason.</summary>
    public static AuthenticationException? TlsFailureOf(Exception? exception)
    {
        while (exception is not null and not AuthenticationException)
        {
            exception = exception.InnerException;
        }

        return exception as AuthenticationException;
    }

    /// <inheritdoc/>
    public void Dispose() => _givesUp.Dispose();

    private void Learn(EndPoint server, AuthenticationException? failure)
    {
        CancellationTokenSource? hopeless = null;
        lock (_lock)
        {
            if (failure is null)
            {
                _failed.Remove(server);
                _others.Add(server);
            }
            else
            {
                _failed[server] = failure;
                _others.Remove(server);
                hopeless = _others.Count == 0 ? _givesUp : null;
            }
        }

        hopeless?.Cancel();
    }

    private void Forget(EndPoint server)
    {
        lock (_lock)
        {
            _failed.Remove(server);
            _others.Remove(server);
        }
    }
}
