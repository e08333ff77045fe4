using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Feed;

/// <summary>What a deployment tells of itself before a stream is opened on it.</summary>
internal sealed class ServerFacts
{
    private const int CommandNotFound = 59;
    private const int StartAfterWireVersion = 8;
    private const int ImagesWireVersion = 17;

    /// <summary>The replica set's name; null for a mongos and a standalone server.</summary>
    public string? SetName { get; private init; }

    public bool IsMongos { get; private init; }

    public int WireVersion { get; private init; }

    /// <summary>Major, minor and patch; 0.0.0 where the server does not tell.</summary>
    public Version Version { get; private init; } = new(0, 0, 0);

    /// <summary>The deployment's time when it was asked; null from a standalone server.</summary>
    public BsonTimestamp? OperationTime { get; private init; }

    public bool IsStandalone => SetName is null && !IsMongos;

    /// <summary>4.2 and later.</summary>
    public bool HasStartAfter => WireVersion >= StartAfterWireVersion;

    /// <summary>Pre- and post-images and expanded events: 6.0 and later.</summary>
    public bool HasImages => WireVersion >= ImagesWireVersion;

    /// <summary><c>$changeStreamSplitLargeEvent</c>: 6.0.9 and later of 6.0, and 7.0 and later.</summary>
    public bool SplitsLargeEvents => Version.Major >= 7 || (Version is { Major: 6, Minor: 0, Build: >= 9 });

    /// <summary>Asks for them. The time is taken here, before any cursor is opened, so that nothing between is lost (R48).</summary>
    public static async ValueTask<ServerFacts> ReadAsync(IMongoDeployment deployment, CancellationToken cancellationToken)
    {
        var build = await deployment.RunCommandAsync("admin", Commands.Simple("buildInfo"u8), null, cancellationToken).ConfigureAwait(false);
        var hello = await ReadHelloAsync(deployment, cancellationToken).ConfigureAwait(false);
        return new ServerFacts
        {
            SetName = hello.TryGetString("setName"u8, out var set) ? set : null,
            IsMongos = hello.TryGetString("msg"u8, out var message) && message == "isdbgrid",
            WireVersion = hello.TryGetInt64("maxWireVersion"u8, out var wire) ? (int)Math.Clamp(wire, 0, int.MaxValue) : 0,
            OperationTime = hello.TryGetTimestamp("operationTime"u8, out var time) ? time : null,
            Version = ReadVersion(build),
        };
    }

    /// <summary>The time of the oldest and of the newest entry of the oplog; null where it is not there or not to be read.</summary>
    public static async ValueTask<(BsonTimestamp Oldest, BsonTimestamp Newest)?> ReadOplogAsync(
        IMongoDeployment deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadOplogEndAsync(deployment, 1, cancellationToken).ConfigureAwait(false) is { } oldest
                && await ReadOplogEndAsync(deployment, -1, cancellationToken).ConfigureAwait(false) is { } newest
                ? (oldest, newest)
                : null;
        }
        catch (MongoCommandException e) when (!e.IsTransient)
        {
            // Not permitted, or not there: what follows from that is the caller's affair.
            return null;
        }
    }

    // The command has its new name since 4.4.2.
    private static async ValueTask<RawBson> ReadHelloAsync(IMongoDeployment deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await deployment.RunCommandAsync("admin", Commands.Simple("hello"u8), null, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException e) when (e.Code == CommandNotFound)
        {
            return await deployment.RunCommandAsync("admin", Commands.Simple("isMaster"u8), null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<BsonTimestamp?> ReadOplogEndAsync(IMongoDeployment deployment, int order, CancellationToken cancellationToken)
    {
        var reply = await deployment.RunCommandAsync("local", Commands.OplogEnd(order), null, cancellationToken).ConfigureAwait(false);
        foreach (var entry in new MongoBatch(reply).Documents)
        {
            return entry.Value.AsDocument().TryGetTimestamp("ts"u8, out var time) ? time : null;
        }

        return null;
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
