using System.Buffers;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MongoDb;

/// <summary>Validates the options of a source.</summary>
internal static class OptionCheck
{
    private static readonly SearchValues<char> _refusedInDatabases = SearchValues.Create("/\\. \"$");

    /// <summary>Checks everything but the connection.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or two contradict each other.</exception>
    public static void Check(MongoSourceOptions options)
    {
        CheckScope(options);
        Defined(options.FullDocument, nameof(options.FullDocument));
        Defined(options.BeforeImages, nameof(options.BeforeImages));
        Defined(options.OnInvalidate, nameof(options.OnInvalidate));
        Defined(options.OnOversizeEvent, nameof(options.OnOversizeEvent));
        Defined(options.OnUndecodableEvent, nameof(options.OnUndecodableEvent));

        if (options.HeartbeatInterval < TimeSpan.FromMilliseconds(10) || options.HeartbeatInterval > TimeSpan.FromHours(1))
        {
            throw new ArgumentException(
                $"HeartbeatInterval is {options.HeartbeatInterval}; it must be from 10 ms to one hour.", nameof(options));
        }

        if (options.MinOplogWindow < TimeSpan.Zero)
        {
            throw new ArgumentException($"MinOplogWindow is {options.MinOplogWindow}; it must be zero or more.", nameof(options));
        }

        CheckHeartbeat(options.HeartbeatWrite);
        PipelineCheck.Check(options.Pipeline);
    }

    /// <summary>Checks what is captured: a pattern outside of the stream's scope would capture nothing, and nobody would know.</summary>
    private static void CheckScope(MongoSourceOptions options)
    {
        if (options.Include is null || options.Exclude is null || options.Pipeline is null)
        {
            throw new ArgumentException("Include, Exclude or Pipeline is null; leave it unset, or use an empty list.", nameof(options));
        }

        if (options.Collection is not null && options.Database is null)
        {
            throw new ArgumentException($"Collection is '{options.Collection}' and Database is not set.", nameof(options));
        }

        if (options.Database is { } name && (string.IsNullOrWhiteSpace(name) || name.AsSpan().ContainsAny(_refusedInDatabases)))
        {
            throw new ArgumentException($"Database is '{name}', which is no name of a database.", nameof(options));
        }

        if (options.Collection is { } collection && string.IsNullOrWhiteSpace(collection))
        {
            throw new ArgumentException("Collection is blank; leave it unset for all collections of the database.", nameof(options));
        }

        var filter = new TableFilter(options.Include, options.Exclude);
        if (filter.WhyNothing() is { } why)
        {
            throw new ArgumentException(why, nameof(options));
        }

        foreach (var (pattern, text) in filter.Include.Zip(options.Include))
        {
            if (options.Database is { } database && pattern.LiteralDatabase is { } other && other != database)
            {
                throw new ArgumentException($"Include has '{text}' and Database is '{database}': the stream has only changes of that "
                    + "database. Leave Database unset.", nameof(options));
            }

            if (options.Collection is { } only && pattern.LiteralTable is { } table && table != only)
            {
                throw new ArgumentException($"Include has '{text}' and Collection is '{only}': the stream has only changes of that "
                    + "collection. Leave Collection unset.", nameof(options));
            }
        }

        if (options is { Database: { } one, Collection: { } named } && !filter.Matches(one, named))
        {
            throw new ArgumentException($"Collection is '{one}.{named}', which Include does not have or Exclude has: nothing would be "
                + "captured. Remove the pattern.", nameof(options));
        }
    }

    private static void Defined<T>(T value, string option)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentException($"{option} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.", option);
        }
    }

    private static void CheckHeartbeat(HeartbeatWriteOptions? heartbeat)
    {
        if (heartbeat is null)
        {
            return;
        }

        const string Name = nameof(MongoSourceOptions.HeartbeatWrite);
        if (CollectionName.Split(heartbeat.Table) is null)
        {
            throw new ArgumentException($"{Name}.Table is '{heartbeat.Table}'; it must be database.collection, without "
                + "wildcards.", nameof(heartbeat));
        }

        if (heartbeat.Statement is not null)
        {
            throw new ArgumentException($"{Name}.Statement is set; MongoDB has no statements. Remove it.", nameof(heartbeat));
        }
    }
}
