using CdcEmbedded.MongoDb.ChangeStreams;

namespace CdcEmbedded.MongoDb;

/// <summary>Validates the options of a source.</summary>
internal static class OptionCheck
{
    /// <summary>Checks everything but the connection.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or two contradict each other.</exception>
    public static void Check(MongoSourceOptions options)
    {
        if (options.Collection is not null && options.Database is null)
        {
            throw new ArgumentException($"Collection is '{options.Collection}' and Database is not set.", nameof(options));
        }

        if (options.HeartbeatInterval < TimeSpan.FromMilliseconds(10) || options.HeartbeatInterval > TimeSpan.FromHours(1))
        {
            throw new ArgumentException(
                $"HeartbeatInterval is {options.HeartbeatInterval}; it must be from 10 ms to one hour.", nameof(options));
        }

        if (options.MinOplogWindow < TimeSpan.Zero)
        {
            throw new ArgumentException($"MinOplogWindow is {options.MinOplogWindow}; it must be zero or more.", nameof(options));
        }

        PipelineCheck.Check(options.Pipeline);
    }
}
