namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The moving average of a server's answer times: a new time counts a fifth (specification "Server Selection").</summary>
internal static class RoundTripAverage
{
    private const double Weight = 0.2;

    /// <summary>The new average.</summary>
    /// <param name="average">The average so far; null before the first time.</param>
    /// <param name="sample">The new time.</param>
    public static TimeSpan Next(TimeSpan? average, TimeSpan sample)
        => average is { } before ? (sample * Weight) + (before * (1 - Weight)) : sample;
}
