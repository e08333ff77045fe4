namespace CdcEmbedded;

/// <summary>The names under which the library reports metrics and activities.</summary>
/// <remarks>Both cost next to nothing while nobody listens. The page <c>telemetry.md</c> has every instrument and tag.</remarks>
public static class CdcTelemetry
{
    /// <summary>The name of the meter of engines (<see cref="System.Diagnostics.Metrics.Meter"/>).</summary>
    public const string MeterName = "CdcEmbedded";

    /// <summary>The name of the source of activities (<see cref="System.Diagnostics.ActivitySource"/>).</summary>
    public const string ActivitySourceName = "CdcEmbedded";
}
