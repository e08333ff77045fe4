// <health>
using CdcEmbedded;
// </health>

namespace DocSnippets;

/// <summary>What the pages show of operations.</summary>
public static class Operations
{
    /// <summary>Prints what the preflight finds.</summary>
    public static async Task ValidateAsync(CdcEngine engine, CancellationToken cancellationToken)
    {
        // <validate>
        foreach (var finding in await engine.ValidateAsync(cancellationToken))
            Console.WriteLine($"{(finding.IsError ? "error" : "warning")} {finding.Code}: {finding.Message} {finding.Remedy}");
        // </validate>
    }

    /// <summary>Feeds a watchdog.</summary>
    public static CdcEngineOptions Watched(IWatchdog watchdog)
    {
        // <liveness>
        var options = new CdcEngineOptions
        {
            Name = "search-index",
            Liveness = new LivenessOptions
            {
                OnAlive = (alive, token) => watchdog.FeedAsync(alive.Position.ToString(), alive.Status.Lag, token),
            },
        };
        // </liveness>
        return options;
    }

    /// <summary>Something that wants to hear that a stream is alive.</summary>
    public interface IWatchdog
    {
        /// <summary>It is.</summary>
        ValueTask FeedAsync(string position, TimeSpan? lag, CancellationToken cancellationToken);
    }

    /// <summary>Says if the engine keeps up.</summary>
    public static bool IsHealthy(CdcEngine engine)
    {
        // <health>
        var status = engine.Status;
        var isHealthy = status.State is EngineState.Streaming or EngineState.CaughtUp && status.Lag is null or { TotalSeconds: < 60 };
        // </health>
        return isHealthy;
    }
}
