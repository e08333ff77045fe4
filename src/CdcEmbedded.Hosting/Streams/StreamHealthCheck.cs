using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CdcEmbedded.Hosting.Streams;

/// <summary>Says if a stream is connected, keeps up, and why not.</summary>
internal sealed class StreamHealthCheck(HostedStream stream) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = stream.Engine?.Status;
        var (health, text) = Judge(status, context.Registration.FailureStatus);
        var data = new Dictionary<string, object> { ["state"] = status?.State.ToString() ?? "Starting" };
        data["givenUpChanges"] = stream.Progress.GivenUp;
        if (status?.Lag is { } lag)
        {
            data["lagSeconds"] = lag.TotalSeconds;
        }

        if (status is not null)
        {
            data["reconnects"] = status.Reconnects;
            data["bufferedChanges"] = status.BufferedChanges;
        }

        if (status?.Lease is { } lease)
        {
            data["leaseOwner"] = lease.Owner ?? "";
            data["leaseFence"] = lease.Fence;
        }

        return Task.FromResult(new HealthCheckResult(health, text, stream.Failure ?? stream.Progress.Failure ?? status?.Failure, data));
    }

    private (HealthStatus Health, string Text) Judge(EngineStatus? status, HealthStatus failed)
    {
        var options = stream.Options;
        var busy = stream.Progress.BusyFor(stream.Time);
        if (stream.HasGivenUp || (stream.Failure is not null && status?.State is null or EngineState.Failed or EngineState.Stopped))
        {
            return (failed, $"The stream has {(stream.HasGivenUp ? "given up" : "failed and starts again")}: {stream.Failure?.Message}");
        }

        if (busy > options.StalledAfter)
        {
            return (failed, string.Create(CultureInfo.InvariantCulture,
                $"The stream is stalled: its handlers have been busy with one batch for {busy.TotalSeconds:0} s. ")
                + stream.Progress.Failure?.Message);
        }

        return status?.State switch
        {
            null or EngineState.Idle or EngineState.Connecting
                => (HealthStatus.Degraded, $"The stream connects. {status?.Failure?.Message}"),
            EngineState.Standby => (HealthStatus.Healthy, status.Lease is { IsHeld: false, Owner: { } owner }
                ? $"A standby: {owner} is active." : "A standby: no instance is known to be active."),
            EngineState.Reconnecting => (failed, $"The connection is lost: {status.Failure?.Message}"),
            _ when stream.Progress.Failure is { } failure
                => (HealthStatus.Degraded, $"Handlers fail, and are tried again: {failure.Message}"),
            _ when status.Lag > options.MaxLag => (HealthStatus.Degraded, string.Create(CultureInfo.InvariantCulture,
                $"The stream lags by {status.Lag.Value.TotalSeconds:0} s.")),
            EngineState.CaughtUp => (HealthStatus.Healthy, "Caught up."),
            EngineState.Streaming => (HealthStatus.Healthy, "Connected and reading."),
            _ => (HealthStatus.Degraded, "Stopped."),
        };
    }
}
