using CdcEmbedded.MongoDb.Deployment;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Builds the aggregate command of a change stream (specification "Change Streams"; manual, "$changeStream").</summary>
internal static class ChangeStreamCommand
{
    /// <summary>The database to run it in.</summary>
    public static string DatabaseOf(StreamScope scope) => scope.Database ?? "admin";

    /// <summary>Builds the command.</summary>
    /// <param name="plan">How the stream is opened.</param>
    /// <param name="point">Where it begins.</param>
    /// <param name="batchSize">The maximum number of events in the first batch.</param>
    /// <param name="withoutDocuments">True to omit what may be too large.</param>
    public static BsonDocument Build(StreamPlan plan, StreamPoint point, int batchSize, bool withoutDocuments = false)
    {
        var pipeline = new BsonArray { new BsonDocument("$changeStream", Stream(plan, point, withoutDocuments)) };
        if (plan.Match is { } match)
        {
            pipeline.Add(match);
        }

        pipeline.AddRange(plan.Pipeline);
        if (withoutDocuments)
        {
            pipeline.Add(Reduction());
        }

        if (plan.SplitsLargeEvents)
        {
            pipeline.Add(new BsonDocument("$changeStreamSplitLargeEvent", new BsonDocument()));
        }

        return new BsonDocument
        {
            { "aggregate", plan.Identity.Scope.Collection is { } collection ? collection : 1 },
            { "pipeline", pipeline },
            { "cursor", new BsonDocument("batchSize", batchSize) },
        };
    }

    private static BsonDocument Stream(StreamPlan plan, StreamPoint point, bool withoutDocuments)
    {
        var stage = new BsonDocument();
        if (!withoutDocuments)
        {
            AddImages(stage, plan.Identity);
        }

        if (plan.ShowExpandedEvents)
        {
            stage.Add("showExpandedEvents", true);
        }

        if (plan.Identity.Scope.IsDeployment)
        {
            stage.Add("allChangesForCluster", true);
        }

        if (point.Token.HasValue)
        {
            // Unlike resumeAfter it continues after an invalidate too.
            stage.Add("startAfter", point.Token.ToRawDocument());
        }
        else if (point.Time is { } time)
        {
            stage.Add("startAtOperationTime", time.ToBson());
        }

        return stage;
    }

    private static void AddImages(BsonDocument stage, StreamIdentity stream)
    {
        if (stream.FullDocument is not (FullDocumentMode.Off or FullDocumentMode.Automatic))
        {
            stage.Add("fullDocument", stream.FullDocument switch
            {
                FullDocumentMode.WhenAvailable => "whenAvailable",
                FullDocumentMode.Required => "required",
                _ => "updateLookup",
            });
        }

        if (stream.BeforeImages is BeforeImageMode.WhenAvailable or BeforeImageMode.Required)
        {
            stage.Add("fullDocumentBeforeChange", stream.BeforeImages == BeforeImageMode.Required ? "required" : "whenAvailable");
        }
    }

    private static BsonDocument Reduction() => new("$project", new BsonDocument
    {
        { "fullDocument", 0 },
        { "fullDocumentBeforeChange", 0 },
        { "updateDescription", 0 },
    });
}
