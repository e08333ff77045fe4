using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb;

/// <summary>Renders typed pipelines of the driver for <see cref="MongoSourceOptions.Pipeline"/>.</summary>
public static class ChangeStreamPipeline
{
    /// <summary>Renders a pipeline over change events, as <c>IMongoCollection.Watch</c> takes it.</summary>
    /// <typeparam name="TOutput">The type of its results, which this package does not use: it reads the events' bytes.</typeparam>
    /// <param name="pipeline">Such as <c>new
    /// EmptyPipelineDefinition&lt;ChangeStreamDocument&lt;BsonDocument&gt;&gt;().Match(e =&gt; …)</c>.</param>
    /// <returns>The stages.</returns>
    /// <exception cref="NotSupportedException">The driver cannot translate an expression.</exception>
    public static IReadOnlyList<BsonDocument> Render<TOutput>(PipelineDefinition<ChangeStreamDocument<BsonDocument>, TOutput> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var serializer = new ChangeStreamDocumentSerializer<BsonDocument>(BsonDocumentSerializer.Instance);
        return [.. pipeline.Render(new RenderArgs<ChangeStreamDocument<BsonDocument>>(serializer, BsonSerializer.SerializerRegistry))
            .Documents];
    }
}
