using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Makes items of the events that change no document. An operation that is not known here keeps its own name.</summary>
internal static class SchemaEvents
{
    public static SchemaChange Create(EventBatch batch, in EventPlaces places, MongoPosition position)
    {
        // One rare event must not keep the whole batch.
        var own = EventBatch.Alone(batch, places, out var copied);
        var alone = own.EventAt(copied);
        var names = own.NamesOf(copied);
        var source = EventSource.Create(own, copied, names.Database, names.Collection);
        var to = alone.TryGetDocument("to"u8, out var target) ? target : default;
        var details = alone.TryGetDocument("operationDescription"u8, out var description) ? description : default;
        return StreamItems.SchemaChange(KindOf(source.OperationType), source.OperationType, source, position,
            to.HasValue ? (NamespaceNames.In(to, "db"u8), NamespaceNames.In(to, "coll"u8)) : default, details: details.ToRecord());
    }

    private static SchemaChangeKind KindOf(string operation) => operation switch
    {
        "create" => SchemaChangeKind.Create,
        "drop" => SchemaChangeKind.Drop,
        "rename" => SchemaChangeKind.Rename,
        "dropDatabase" => SchemaChangeKind.DropDatabase,
        "invalidate" => SchemaChangeKind.Invalidate,
        "createIndexes" or "dropIndexes" or "modify" or "shardCollection" or "refineCollectionShardKey" or "reshardCollection"
            => SchemaChangeKind.Alter,
        _ => SchemaChangeKind.Other,
    };
}
