using System.Globalization;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Transforms;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Compares what a deployment says about itself with what a change stream needs. Reports everything at once, each with the command
/// that fixes it (R57).</summary>
internal static class Preflight
{
    /// <summary>Checks the server itself; where it finds errors, there is no point in further questions.</summary>
    public static List<SourceFinding> CheckServer(ServerFacts facts, MongoSourceOptions options)
    {
        var findings = new List<SourceFinding>();
        if (facts.IsStandalone)
        {
            findings.Add(
                new(true, "mongodb.replica_set", "The server is standalone: only replica sets and sharded clusters have change streams.",
                "Start mongod with --replSet rs0 and run rs.initiate(); one member is enough."));
        }

        if (WantsImages(options) && !facts.HasImages)
        {
            findings.Add(
                new(true, "mongodb.images_version", $"MongoDB {facts.Version} keeps no pre- and post-images: they exist since 6.0.",
                "Use MongoDB 6.0 or later, or set FullDocument to UpdateLookup and BeforeImages to Off."));
        }

        return findings;
    }

    /// <summary>True if the options name images. The automatic modes do without them.</summary>
    public static bool WantsImages(MongoSourceOptions options)
        => options.FullDocument is FullDocumentMode.WhenAvailable or FullDocumentMode.Required
            || options.BeforeImages is BeforeImageMode.WhenAvailable or BeforeImageMode.Required;

    /// <summary>Checks the captured collections.</summary>
    public static void CheckCollections(CollectionFacts facts, MongoSourceOptions options, IReadOnlyList<string> snapshotTables,
        List<SourceFinding> findings)
    {
        var isRequired = options.FullDocument == FullDocumentMode.Required || options.BeforeImages == BeforeImageMode.Required;
        var isWanted = WantsImages(options);
        if (isWanted && !facts.IsComplete)
        {
            findings.Add(new(false, "mongodb.images_unknown", "The user may not list the captured collections, so it is not known if "
                + "they keep images.",
                "Grant listDatabases and listCollections, for instance with the role readAnyDatabase."));
        }

        CheckPatterns(facts, options, snapshotTables, findings);
        foreach (var collection in facts.Collections)
        {
            if (collection.Type != "collection")
            {
                // An error where it is captured by its name; among many it is only skipped.
                var isNamed = options.Collection is not null || options.Include.Contains(collection.FullName);
                findings.Add(
                    new(isNamed, "mongodb.collection_type", $"{collection.FullName} is a {collection.Type}, which has no change events.",
                    $"Exclude it with Exclude = [\"{collection.FullName}\"]."));
            }
            else if (isWanted && !collection.KeepsImages)
            {
                findings.Add(
                    new(isRequired, "mongodb.images", $"{collection.FullName} keeps no pre- and post-images, which the options ask for.",
                    $"db.getSiblingDB(\"{collection.Database}\").runCommand({{ collMod: \"{collection.Name}\", "
                    + "changeStreamPreAndPostImages: { enabled: true } })"));
            }
        }
    }

    /// <summary>Finds patterns that match no collection: typing errors, and collections that are yet to come.</summary>
    private static void CheckPatterns(CollectionFacts facts, MongoSourceOptions options, IReadOnlyList<string> snapshotTables,
        List<SourceFinding> findings)
    {
        if (!facts.IsComplete)
        {
            return;
        }

        var found = facts.Collections.Select(static collection => (collection.Database, collection.Name)).ToArray();
        foreach (var pattern in new TableFilter(snapshotTables, []).FindUnmatched(found))
        {
            findings.Add(new(false, "mongodb.snapshot_collections", $"Snapshot.Tables has '{pattern}', which matches no captured "
                + "collection, so that no documents are read for it.", "Correct the pattern, or add the collection to Include."));
        }

        foreach (var pattern in new TableFilter(options.Include, []).FindUnmatched(found))
        {
            findings.Add(new(false, "mongodb.collections", $"Include has '{pattern}', which matches no captured collection: there is "
                + "none yet, it is excluded or outside of the stream's scope, or the name is misspelled.",
                "Correct the pattern, or create the collection."));
        }
    }

    /// <summary>Checks how far back the oplog reaches. A mongos has none to look at.</summary>
    public static async ValueTask CheckOplogAsync(IMongoDeployment deployment, ServerFacts facts, TimeSpan least, StartPosition start,
        List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        if (facts.IsMongos || least == TimeSpan.Zero)
        {
            return;
        }

        if (await ServerFacts.ReadOplogAsync(deployment, cancellationToken).ConfigureAwait(false) is not var (oldest, newest))
        {
            findings.Add(new(false, "mongodb.oplog_unknown", "The user may not read local.oplog.rs, so it is not known for how long the "
                + "source may be "
                + "stopped before changes are lost.", "Grant find on { db: \"local\", collection: \"oplog.rs\" }, or set "
                    + "MinOplogWindow to zero."));
        }
        else
        {
            CheckOplog(oldest.ToDateTimeOffset(), newest.ToDateTimeOffset() - oldest.ToDateTimeOffset(), least, start, findings);
        }
    }

    private static void CheckOplog(
        DateTimeOffset oldest, TimeSpan window, TimeSpan least, StartPosition start, List<SourceFinding> findings)
    {
        const string Longer = "db.adminCommand({ replSetResizeOplog: 1, minRetentionHours: 72 }) on each member.";
        if (ReferenceEquals(start, StartPosition.Earliest))
        {
            findings.Add(new(false, "mongodb.earliest", "The earliest position is the oldest entry of the oplog, of "
                + $"{oldest.ToString("u", CultureInfo.InvariantCulture)}: changes before it are not in the stream.",
                $"Read the collections first if you need what is older. Keep the oplog longer: {Longer}"));
        }

        if (window < least)
        {
            var hours = window.TotalHours.ToString("0.#", CultureInfo.InvariantCulture);
            findings.Add(new(false, "mongodb.oplog_window", $"The oplog reaches back {hours} hours: a source that is stopped for longer "
                + "loses changes.", Longer));
        }
    }

    /// <summary>Checks that the server is not one shard of a cluster, which shows only its own documents, orphans included (R56).</summary>
    public static async ValueTask CheckShardAsync(
        IMongoDeployment deployment, ServerFacts facts, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        if (facts.IsMongos)
        {
            return;
        }

        try
        {
            var reply = await deployment.RunCommandAsync("admin", Commands.ShardIdentity(), cancellationToken).ConfigureAwait(false);
            foreach (var identity in new MongoBatch(reply).Documents)
            {
                RawBson.InArray(identity);
                findings.Add(new(true, "mongodb.shard", "The server is one shard of a cluster: its changes are only a part of all, and "
                    + "include documents "
                    + "that move between shards.", "Connect to the mongos servers of the cluster instead."));
            }
        }
        catch (MongoCommandFailedException e) when (!e.IsTransient)
        {
            // This user may not read it: the check is a help, not a condition.
        }
    }

    /// <summary>Checks that the data does not have the format of an older version, which has no images.</summary>
    public static async ValueTask CheckCompatibilityAsync(
        IMongoDeployment deployment, ServerFacts facts, bool wantsImages, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        if (facts.IsMongos || !wantsImages)
        {
            return;
        }

        try
        {
            var reply = await deployment.RunCommandAsync("admin", Commands.With("getParameter", "featureCompatibilityVersion", 1),
                cancellationToken)
                .ConfigureAwait(false);
            if (reply.TryGetDocument("featureCompatibilityVersion"u8, out var compatibility)
                && compatibility.TryGetString("version"u8, out var text)
                && Version.TryParse(text, out var version) && version < new Version(6, 0))
            {
                findings.Add(new(true, "mongodb.fcv", $"The feature compatibility version is {text}: images exist since 6.0.",
                    $"db.adminCommand({{ setFeatureCompatibilityVersion: \"{facts.Version.Major}.{facts.Version.Minor}\", "
                        + $"confirm: true }})"));
            }
        }
        catch (MongoCommandFailedException e) when (!e.IsTransient)
        {
            // The user may not read it: the server refuses the stream itself where it matters.
        }
    }
}
