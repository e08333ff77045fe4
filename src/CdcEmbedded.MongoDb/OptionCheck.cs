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

        if (options.MaxAwaitTime < TimeSpan.FromMilliseconds(10) || options.MaxAwaitTime > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException($"MaxAwaitTime is {options.MaxAwaitTime}; it must be from 10 ms to 10 minutes.", nameof(options));
        }

        if (options.MinOplogWindow < TimeSpan.Zero)
        {
            throw new ArgumentException($"MinOplogWindow is {options.MinOplogWindow}; it must be zero or more.", nameof(options));
        }

        PipelineCheck.Check(options.Pipeline);
    }
}
