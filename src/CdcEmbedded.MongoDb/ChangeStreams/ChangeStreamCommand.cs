using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Builds the aggregate command of a change stream (specification "Change Streams"; manual, "$changeStream").</summary>
internal static class ChangeStreamCommand
{
    /// <summary>The database to run it in.</summary>
    public static string DatabaseOf(StreamScope scope) => scope.Database ?? "admin";

    /// <summary>The command.</summary>
    /// <param name="plan">How.</param>
    /// <param name="point">From where.</param>
    /// <param name="batchSize">The most events of the first batch.</param>
    /// <param name="withoutDocuments">Whether to leave out what may be too large.</param>
    public static RawBson Build(StreamPlan plan, StreamPoint point, int batchSize, bool withoutDocuments = false)
    {
        var scope = plan.Identity.Scope;
        var writer = new BsonWriter(512);
        if (scope.Collection is { } collection)
        {
            writer.WriteString("aggregate"u8, collection);
        }
        else
        {
            writer.WriteInt32("aggregate"u8, 1);
        }

        writer.StartArray("pipeline"u8);
        WriteStream(writer, plan, point, withoutDocuments);
        if (plan.Match.HasValue)
        {
            writer.WriteDocument(default, plan.Match);
        }

        foreach (var stage in plan.Pipeline)
        {
            writer.WriteDocument(default, stage.Document);
        }

        if (withoutDocuments)
        {
            WriteReduction(writer);
        }

        if (plan.SplitsLargeEvents)
        {
            writer.StartDocument(default);
            writer.StartDocument("$changeStreamSplitLargeEvent"u8);
            writer.End();
            writer.End();
        }

        writer.End();
        writer.StartDocument("cursor"u8);
        writer.WriteInt32("batchSize"u8, batchSize);
        writer.End();
        return writer.ToDocument();
    }

    private static void WriteStream(BsonWriter writer, StreamPlan plan, StreamPoint point, bool withoutDocuments)
    {
        writer.StartDocument(default);
        writer.StartDocument("$changeStream"u8);
        if (!withoutDocuments)
        {
            WriteImages(writer, plan.Identity);
        }

        if (plan.ShowExpandedEvents)
        {
            writer.WriteBoolean("showExpandedEvents"u8, true);
        }

        if (plan.Identity.Scope.IsDeployment)
        {
            writer.WriteBoolean("allChangesForCluster"u8, true);
        }

        if (point.Token.HasValue)
        {
            // startAfter goes on behind an invalidate too, and is otherwise the same.
            writer.WriteDocument(plan.HasStartAfter ? "startAfter"u8 : "resumeAfter"u8, point.Token);
        }
        else if (point.Time is { } time)
        {
            writer.WriteTimestamp("startAtOperationTime"u8, time);
        }

        writer.End();
        writer.End();
    }

    private static void WriteImages(BsonWriter writer, StreamIdentity stream)
    {
        if (stream.FullDocument is not (FullDocumentMode.Off or FullDocumentMode.Automatic))
        {
            writer.WriteString("fullDocument"u8, stream.FullDocument switch
            {
                FullDocumentMode.WhenAvailable => "whenAvailable"u8,
                FullDocumentMode.Required => "required"u8,
                _ => "updateLookup"u8,
            });
        }

        if (stream.BeforeImages is BeforeImageMode.WhenAvailable or BeforeImageMode.Required)
        {
            writer.WriteString("fullDocumentBeforeChange"u8, stream.BeforeImages == BeforeImageMode.Required ? "required"u8 : "whenAvailable"u8);
        }
    }

    private static void WriteReduction(BsonWriter writer)
    {
        writer.StartDocument(default);
        writer.StartDocument("$project"u8);
        writer.WriteInt32("fullDocument"u8, 0);
        writer.WriteInt32("fullDocumentBeforeChange"u8, 0);
        writer.WriteInt32("updateDescription"u8, 0);
        writer.End();
        writer.End();
    }
}
