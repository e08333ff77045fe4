using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>The instruments of handlers.</summary>
internal static class HandlerMeter
{
    private static readonly Meter _meter = new(CdcTelemetry.MeterName, typeof(HandlerMeter).Assembly.GetName().Version?.ToString(3));
    private static readonly Histogram<double> _duration = _meter.CreateHistogram<double>("cdc.handler.duration", "s",
        "Time of one call of a handler.");
    private static readonly Counter<long> _givenUp = _meter.CreateCounter<long>("cdc.handler.given_up", "{change}",
        "Changes that a handler has not handled: skipped, or stored as dead letters.");

    /// <summary>Records a call.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="handler">The handler's name.</param>
    /// <param name="time">How long it took.</param>
    /// <param name="failure">What it has thrown; null for nothing.</param>
    public static void Record(string stream, string handler, TimeSpan time, Exception? failure)
    {
        if (!_duration.Enabled)
        {
            return;
        }

        var tags = new TagList { { "cdc.engine", stream }, { "cdc.handler", handler } };
        if (failure is not null)
        {
            tags.Add("error.type", failure.GetType().FullName);
        }

        try
        {
            _duration.Record(time.TotalSeconds, tags);
        }
        catch (Exception)
        {
            // A listener's own fault: what the handler did has been done, and must not be done again because of it.
        }
    }

    /// <summary>Counts a change that was given up.</summary>
    public static void CountGivenUp(string stream, GivenUpChange change)
    {
        try
        {
            _givenUp.Add(1, new TagList { { "cdc.engine", stream }, { "cdc.handler", change.Handler }, { "cdc.outcome", change.Outcome } });
        }
        catch (Exception)
        {
            // A listener's own fault, as above.
        }
    }
}
