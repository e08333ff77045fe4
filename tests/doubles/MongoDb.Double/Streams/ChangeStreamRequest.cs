using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>A <c>$changeStream</c> stage with the stages that follow it.</summary>
internal sealed class ChangeStreamRequest
{
    private static readonly HashSet<string> _options =
    [
        "fullDocument", "fullDocumentBeforeChange", "resumeAfter", "startAfter", "startAtOperationTime", "allChangesForCluster",
        "showExpandedEvents", "showSystemEvents", "showMigrationEvents", "matchCollectionUUIDForUpdateLookup",
    ];

    private ChangeStreamRequest(string database, string collection, Doc stage, IReadOnlyList<Doc> following)
    {
        Database = database;
        Collection = collection;
        WholeDeployment = stage.Flag("allChangesForCluster");
        FullDocument = stage.Text("fullDocument") ?? "default";
        Before = stage.Text("fullDocumentBeforeChange") ?? "off";
        Expanded = stage.Flag("showExpandedEvents");
        SplitsLarge = following.Count > 0 && following[^1].Has("$changeStreamSplitLargeEvent");
        Following = SplitsLarge ? [.. following.SkipLast(1)] : following;
        Options = stage;
    }

    public string Database { get; }

    /// <summary>Empty for a whole database or deployment.</summary>
    public string Collection { get; }

    public bool WholeDeployment { get; }

    public string FullDocument { get; }

    public string Before { get; }

    public bool Expanded { get; }

    public bool SplitsLarge { get; }

    public IReadOnlyList<Doc> Following { get; }

    public Doc Options { get; }

    /// <exception cref="CommandError">The stage or its place is refused.</exception>
    public static ChangeStreamRequest Parse(
        string database, object? target, IReadOnlyList<Doc> pipeline, IReadOnlyList<string> unknownOptions)
    {
        Doc stage = pipeline[0].Document("$changeStream") ?? throw new CommandError(14, "the $changeStream stage must be an object");
        string collection = target as string ?? "";
        Check(stage, unknownOptions);
        if (stage.Flag("allChangesForCluster") != (database == "admin" && collection.Length == 0))
        {
            throw collection.Length == 0 && database != "admin"
                ? new CommandError(72, "A $changeStream with 'allChangesForCluster:true' may only be opened on the 'admin' database")
                : new CommandError(73, $"$changeStream may not be opened on the internal {database} database");
        }

        if (database is "local" or "config" || (database == "admin" && collection.Length > 0))
        {
            throw new CommandError(73, $"$changeStream may not be opened on the internal {database} database");
        }

        IReadOnlyList<Doc> following = [.. pipeline.Skip(1)];
        int split = following.ToList().FindIndex(stage => stage.Has("$changeStreamSplitLargeEvent"));
        return split >= 0 && split != following.Count - 1
            ? throw new CommandError(7182802, "$changeStreamSplitLargeEvent must be the last stage in the pipeline")
            : new ChangeStreamRequest(database, collection, stage, following);
    }

    /// <summary>True if a stream of this scope shows the operation.</summary>
    public bool Shows(OplogEntry entry)
    {
        if (entry.EndsStreams)
        {
            return Collection.Length == 0 && (WholeDeployment || entry.Database == Database);
        }

        if ((entry.IsExpanded && !Expanded) || entry.Database is "local" or "config" or "admin")
        {
            return false;
        }

        if (WholeDeployment)
        {
            return true;
        }

        if (Collection.Length == 0)
        {
            return entry.Database == Database || entry.To?.Database == Database;
        }

        return (entry.Database == Database && entry.Collection == Collection) || entry.To == (Database, Collection);
    }

    /// <summary>True if the operation ends a stream of this scope.</summary>
    public bool IsEndedBy(OplogEntry entry) => entry.EndsStreams || !WholeDeployment && (Collection.Length > 0
        ? entry.Operation is "drop" or "rename" or "dropDatabase"
        : entry.Operation == "dropDatabase");

    private static void Check(Doc stage, IReadOnlyList<string> unknownOptions)
    {
        if (stage.Names.FirstOrDefault(name => !_options.Contains(name) || unknownOptions.Contains(name)) is { } unknown)
        {
            throw new CommandError(40415, $"BSON field '$changeStream.{unknown}' is an unknown field.");
        }

        if (stage.Has("resumeAfter") && stage.Has("startAfter"))
        {
            throw new CommandError(50865, "Do not specify both 'resumeAfter' and 'startAfter' in a $changeStream stage");
        }

        if (stage.Has("startAtOperationTime") && (stage.Has("resumeAfter") || stage.Has("startAfter")))
        {
            throw new CommandError(40674, "Only one type of resume option is allowed, but multiple were found.");
        }

        if (stage.Text("fullDocument") is not (null or "default" or "updateLookup" or "whenAvailable" or "required"))
        {
            throw new CommandError(
                2, $"Enumeration value '{stage["fullDocument"]}' for field '$changeStream.fullDocument' is not a valid value.");
        }

        if (stage.Text("fullDocumentBeforeChange") is not (null or "off" or "whenAvailable" or "required"))
        {
            throw new CommandError(
                2, $"Enumeration value '{stage["fullDocumentBeforeChange"]}' for field 'fullDocumentBeforeChange' is not a valid value.");
        }
    }
}
