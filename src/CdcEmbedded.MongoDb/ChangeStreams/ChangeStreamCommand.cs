using CdcEmbedded.MongoDb.Deployment;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Builds the aggregate command of a change stream (specification "Change Streams"; manual, "$changeStream").</summary>
internal static class ChangeStreamCommand
{
    /// <summary>The database to run it in.</summary>
    public static string DatabaseOf(StreamScope scope) => scope.Database ?? "admin";

    /// <summary>Builds the command.</summary>
    /// <param name="plan">What the stream captures.</param>
    /// <param name="point">Where it begins.</param>
    /// <param name="opening">How it is opened there.</param>
    public static BsonDocument Build(StreamPlan plan, in StreamPoint point, in StreamOpening opening)
    {
        var pipeline = new BsonArray { new BsonDocument("$changeStream", Stream(plan, point, opening)) };
        if (opening.SkipsToToken)
        {
            pipeline.Add(After(point.Token.ToRawDocument()["_data"]));
        }

        if (plan.Match is { } match)
        {
            pipeline.Add(match);
        }

        pipeline.AddRange(plan.Pipeline);
        if (opening.WithoutDocuments)
        {
            pipeline.Add(Reduction());
        }
        else if (opening.OnlyIdentity)
        {
            pipeline.Add(Identity());
        }

        if (plan.SplitsLargeEvents)
        {
            pipeline.Add(new BsonDocument("$changeStreamSplitLargeEvent", new BsonDocument()));
        }

        return new BsonDocument
        {
            { "aggregate", plan.Identity.Scope.Collection is { } collection ? collection : 1 },
            { "pipeline", pipeline },
            { "cursor", new BsonDocument("batchSize", opening.BatchSize) },
        };
    }

    private static BsonDocument Stream(StreamPlan plan, in StreamPoint point, in StreamOpening opening)
    {
        var stage = new BsonDocument();
        AddImages(stage, plan.Identity);
        if (plan.ShowExpandedEvents)
        {
            stage.Add("showExpandedEvents", true);
        }

        if (plan.Identity.Scope.IsDeployment)
        {
            stage.Add("allChangesForCluster", true);
        }

        if (opening.Time is { } start)
        {
            stage.Add("startAtOperationTime", start.ToBson());
        }
        else if (point.Token.HasValue)
        {
            // Unlike resumeAfter it continues after an invalidate too.
            stage.Add(opening.ResumesAfter ? "resumeAfter" : "startAfter", point.Token.ToRawDocument());
        }
        else if (point.Time is { } time)
        {
            stage.Add("startAtOperationTime", time.ToBson());
        }

        return stage;
    }

    // The server filters before it splits an event, so that an event that is too large does not fail the stream again.
    private static BsonDocument After(BsonValue token) => new("$match", new BsonDocument("_id._data", new BsonDocument("$gt", token)));

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

    private static BsonDocument Identity() => new("$project", new BsonDocument
    {
        { "_id", 1 },
        { "operationType", 1 },
        { "clusterTime", 1 },
        { "wallTime", 1 },
        { "ns", 1 },
        { "to", 1 },
        { "documentKey", 1 },
        { "lsid", 1 },
        { "txnNumber", 1 },
    });
}
