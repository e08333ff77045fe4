using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>What a deployment says about itself before a stream is opened on it.</summary>
internal sealed class ServerFacts
{
    private const int CommandNotFound = 59;
    private const int ApiStrictError = 323;
    private const int ImagesWireVersion = 17;
    private const int TimesWireVersion = 13;

    /// <summary>The replica set's name; null for a mongos and a standalone server.</summary>
    public string? SetName { get; private init; }

    /// <summary>True if the server is a router of a sharded cluster.</summary>
    public bool IsMongos { get; private init; }

    /// <summary>The highest wire version that the server supports.</summary>
    public int WireVersion { get; private init; }

    /// <summary>Major, minor and patch; 0.0.0 where the server does not say.</summary>
    public Version Version { get; private init; } = new(0, 0, 0);

    /// <summary>The deployment's time at the moment of the question; null from a standalone server.</summary>
    public ClusterTime? OperationTime { get; private init; }

    /// <summary>True if the server belongs to no replica set.</summary>
    public bool IsStandalone => SetName is null && !IsMongos;

    /// <summary>True from MongoDB 6.0 on, which has pre- and post-images and expanded events.</summary>
    public bool HasImages => WireVersion >= ImagesWireVersion;

    /// <summary>True from MongoDB 5.0 on, which reads at a cluster time outside of transactions.</summary>
    public bool ReadsAtTimes => WireVersion >= TimesWireVersion;

    /// <summary>True if the server has <c>$changeStreamSplitLargeEvent</c>: 6.0.9 and later of 6.0, and 7.0 and later.</summary>
    public bool SplitsLargeEvents => Version.Major >= 7 || (Version is { Major: 6, Minor: 0, Build: >= 9 });

    /// <summary>Asks the server. The time is taken here, before any cursor is opened, so that nothing in between is lost (R48).</summary>
    public static async ValueTask<ServerFacts> ReadAsync(IMongoDeployment deployment, CancellationToken cancellationToken)
    {
        var hello = await ReadHelloAsync(deployment, cancellationToken).ConfigureAwait(false);
        var wireVersion = hello.TryGetInt64("maxWireVersion"u8, out var wire) ? (int)Math.Clamp(wire, 0, int.MaxValue) : 0;
        return new ServerFacts
        {
            SetName = hello.TryGetString("setName"u8, out var set) ? set : null,
            IsMongos = hello.TryGetString("msg"u8, out var message) && message == "isdbgrid",
            WireVersion = wireVersion,
            OperationTime = hello.TryGetTimestamp("operationTime"u8, out var time) ? time : null,
            Version = await ReadVersionAsync(deployment, wireVersion, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>The time of the oldest and of the newest entry of the oplog; null where it does not exist or the user may
    /// not read it.</summary>
    public static async ValueTask<(ClusterTime Oldest, ClusterTime Newest)?> ReadOplogAsync(
        IMongoDeployment deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadOplogEndAsync(deployment, 1, cancellationToken).ConfigureAwait(false) is { } oldest
                && await ReadOplogEndAsync(deployment, -1, cancellationToken).ConfigureAwait(false) is { } newest
                ? (oldest, newest)
                : null;
        }
        catch (MongoCommandFailedException e) when (!e.IsTransient)
        {
            // Not permitted, or not there: the caller decides what follows.
            return null;
        }
    }

    // The command has had its new name since 4.4.2.
    private static async ValueTask<RawBson> ReadHelloAsync(IMongoDeployment deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await deployment.RunCommandAsync("admin", Commands.Simple("hello"), cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandFailedException e) when (e.Code == CommandNotFound)
        {
            return await deployment.RunCommandAsync("admin", Commands.Simple("isMaster"), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<ClusterTime?> ReadOplogEndAsync(IMongoDeployment deployment, int order,
        CancellationToken cancellationToken)
    {
        var reply = await deployment.RunCommandAsync("local", Commands.OplogEnd(order), cancellationToken).ConfigureAwait(false);
        foreach (var entry in new MongoBatch(reply).Documents)
        {
            return RawBson.InArray(entry).TryGetTimestamp("ts"u8, out var time) ? time : null;
        }

        return null;
    }

    private static async ValueTask<Version> ReadVersionAsync(IMongoDeployment deployment, int wireVersion,
        CancellationToken cancellationToken)
    {
        try
        {
            return ReadVersion(await deployment.RunCommandAsync("admin", Commands.Simple("buildInfo"), cancellationToken)
                .ConfigureAwait(false));
        }
        catch (MongoCommandFailedException e) when (e.Code == ApiStrictError)
        {
            // A client with the strict Stable API may not ask. Wire versions name the first release that has them.
            return wireVersion switch
            {
                >= 29 => new Version(9, 0, 0),
                >= 25 => new Version(8, 0, 0),
                >= 21 => new Version(7, 0, 0),
                >= 17 => new Version(6, 0, 0),
                >= 13 => new Version(5, 0, 0),
                _ => new Version(4, 4, 0),
            };
        }
    }

    private static Version ReadVersion(RawBson build)
    {
        Span<int> parts = [0, 0, 0];
        if (build.TryGetArray("versionArray"u8, out var numbers))
        {
            var i = 0;
            foreach (var number in numbers)
            {
                if (i < parts.Length && number.Value.TryGetInt64(out var part))
                {
                    parts[i++] = (int)Math.Clamp(part, 0, int.MaxValue);
                }
            }
        }

        return new Version(parts[0], parts[1], parts[2]);
    }
}
