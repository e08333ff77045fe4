// <current-activity>
using System.Diagnostics;
using CdcEmbedded;
// </current-activity>

namespace DocSnippets;

/// <summary>What the pages show of metrics and traces.</summary>
public static class Telemetry
{
    /// <summary>Starts activities of the application inside those of the engine.</summary>
    public static async Task ApplyAsync(CdcEngine engine, ActivitySource activities, Action<ChangeEvent> action,
        CancellationToken cancellationToken)
    {
        void Apply(ChangeEvent change) => action(change);

        // <current-activity>
        await foreach (var change in engine.ReadAsync(cancellationToken))
        {
            using var apply = activities.StartActivity("apply", ActivityKind.Internal, engine.CurrentActivity?.Context ?? default);
            Apply(change);
        }
        // </current-activity>
    }

    /// <summary>Continues the traces of writers.</summary>
    public static CdcEngineOptions Continue()
    {
        // <trace-context>
        var options = new CdcEngineOptions
        {
            Name = "search-index",
            TraceContext = new TraceContextOptions { Table = "shop.outbox", Column = "traceparent" },
        };
        // </trace-context>
        return options;
    }
}
