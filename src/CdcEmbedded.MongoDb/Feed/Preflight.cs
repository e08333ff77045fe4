using System.Globalization;
using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Feed;

/// <summary>Holds what a deployment says of itself against what a change stream needs. Reports everything at once, each with the command that
/// mends it (R57).</summary>
internal static class Preflight
{
    private const int OldestWireVersion = 7;

    /// <summary>What follows from the server itself; where there are errors, nothing else is to be asked.</summary>
    public static List<SourceFinding> CheckServer(ServerFacts facts, MongoSourceOptions options)
    {
        var findings = new List<SourceFinding>();
        if (facts.IsStandalone)
        {
            findings.Add(new(true, "mongodb.replica_set", "The server stands alone: only replica sets and sharded clusters have change streams.",
                "Start mongod with --replSet rs0 and run rs.initiate(); one member is enough."));
        }

        if (facts.WireVersion < OldestWireVersion)
        {
            findings.Add(new(true, "mongodb.version", $"MongoDB {facts.Version} is older than 4.0, whose change streams begin at a time.",
                "Use a server of MongoDB 4.0 or later."));
        }

        var wantsImages = options.FullDocument is FullDocumentMode.WhenAvailable or FullDocumentMode.Required
            || options.BeforeImages is BeforeImageMode.WhenAvailable or BeforeImageMode.Required;
        if (wantsImages && !facts.HasImages)
        {
            findings.Add(new(true, "mongodb.images_version", $"MongoDB {facts.Version} keeps no pre- and post-images: that begins with 6.0.",
                "Use MongoDB 6.0 or later, or set FullDocument to UpdateLookup and BeforeImages to Off."));
        }

        if (options.OnInvalidate == InvalidatePolicy.Continue && !facts.HasStartAfter)
        {
            findings.Add(new(true, "mongodb.start_after", $"MongoDB {facts.Version} cannot go on behind an invalidate: that begins with 4.2.",
                "Use MongoDB 4.2 or later, or set OnInvalidate to Stop."));
        }

        return findings;
    }

    /// <summary>What follows from the captured collections.</summary>
    public static void CheckCollections(CollectionFacts facts, MongoSourceOptions options, List<SourceFinding> findings)
    {
        var isRequired = options.FullDocument == FullDocumentMode.Required || options.BeforeImages == BeforeImageMode.Required;
        var isWanted = isRequired || options.FullDocument == FullDocumentMode.WhenAvailable || options.BeforeImages == BeforeImageMode.WhenAvailable;
        if (isWanted && !facts.IsComplete)
        {
            findings.Add(new(false, "mongodb.images_unknown", "The user may not list the captured collections, so it is not known whether they keep "
                + "images.", "Grant listDatabases and listCollections, for instance with the role readAnyDatabase."));
        }

        foreach (var collection in facts.Collections)
        {
            if (collection.Type != "collection")
            {
                // One that is meant by its name alone is an error; among many it is only passed over.
                var isMeant = options.Collection is not null || options.Include.Contains(collection.FullName);
                findings.Add(new(isMeant, "mongodb.collection_type", $"{collection.FullName} is a {collection.Type}, which has no change events.",
                    $"Leave it out with Exclude = [\"{collection.FullName}\"]."));
            }
            else if (isWanted && !collection.KeepsImages)
            {
                findings.Add(new(isRequired, "mongodb.images", $"{collection.FullName} keeps no pre- and post-images, which the options ask for.",
                    $"db.getSiblingDB(\"{collection.Database}\").runCommand({{ collMod: \"{collection.Name}\", changeStreamPreAndPostImages: {{ enabled: true }} }})"));
            }
        }
    }

    /// <summary>How far back the oplog reaches. Behind a mongos there is none to look at.</summary>
    public static async ValueTask CheckOplogAsync(
        IMongoDeployment deployment, ServerFacts facts, TimeSpan least, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        if (facts.IsMongos || least == TimeSpan.Zero)
        {
            return;
        }

        const string Remedy = "db.adminCommand({ replSetResizeOplog: 1, minRetentionHours: 72 }) on each member.";
        if (await ServerFacts.ReadOplogAsync(deployment, cancellationToken).ConfigureAwait(false) is not var (oldest, newest))
        {
            findings.Add(new(false, "mongodb.oplog_unknown", "The user may not read local.oplog.rs, so it is not known for how long the source may stand "
                + "still before changes are lost.", "Grant find on { db: \"local\", collection: \"oplog.rs\" }, or set MinOplogWindow to zero."));
        }
        else if (newest.ToDateTimeOffset() - oldest.ToDateTimeOffset() is var window && window < least)
        {
            var hours = window.TotalHours.ToString("0.#", CultureInfo.InvariantCulture);
            findings.Add(new(false, "mongodb.oplog_window", $"The oplog reaches back {hours} hours: a source that stands still for longer loses changes.",
                Remedy));
        }
    }

    /// <summary>Whether one shard of a cluster is read past its mongos: it shows only its own documents, and orphans too (R56).</summary>
    public static async ValueTask CheckShardAsync(
        IMongoDeployment deployment, ServerFacts facts, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        if (facts.IsMongos)
        {
            return;
        }

        try
        {
            var reply = await deployment.RunCommandAsync("admin", Commands.ShardIdentity(), null, cancellationToken).ConfigureAwait(false);
            if (!new MongoBatch(reply).Documents.IsEmpty)
            {
                findings.Add(new(true, "mongodb.shard", "The server is one shard of a cluster: its changes are a part of all, and include the moving of "
                    + "documents between shards.", "Connect to the mongos servers of the cluster instead."));
            }
        }
        catch (MongoCommandException e) when (!e.IsTransient)
        {
            // Not to be read by this user: the check is a help, not a condition.
        }
    }

    /// <summary>Whether the data still has the format of an older version, which has no images.</summary>
    public static async ValueTask CheckCompatibilityAsync(
        IMongoDeployment deployment, ServerFacts facts, bool wantsImages, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        if (facts.IsMongos || !wantsImages)
        {
            return;
        }

        try
        {
            var reply = await deployment.RunCommandAsync("admin", Compatibility(), null, cancellationToken).ConfigureAwait(false);
            if (reply.TryGetDocument("featureCompatibilityVersion"u8, out var compatibility) && compatibility.TryGetString("version"u8, out var text)
                && Version.TryParse(text, out var version) && version < new Version(6, 0))
            {
                findings.Add(new(true, "mongodb.fcv", $"The feature compatibility version is {text}: images begin with 6.0.",
                    $"db.adminCommand({{ setFeatureCompatibilityVersion: \"{facts.Version.Major}.{facts.Version.Minor}\", confirm: true }})"));
            }
        }
        catch (MongoCommandException e) when (!e.IsTransient)
        {
            // The user may not read it: the server refuses the stream itself where it matters.
        }
    }

    private static RawBson Compatibility()
    {
        var writer = new BsonWriter(64);
        writer.WriteInt32("getParameter"u8, 1);
        writer.WriteInt32("featureCompatibilityVersion"u8, 1);
        return writer.ToDocument();
    }
}
