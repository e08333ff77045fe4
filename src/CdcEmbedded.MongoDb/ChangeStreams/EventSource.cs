namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Makes the source information of an event, with the honesty marks of its images (R51).</summary>
internal static class EventSource
{
    public static MongoSourceInfo Create(EventBatch batch, in EventPlaces places, string database, string collection) => new()
    {
        Connector = MongoSource.ConnectorName,
        Name = batch.Stream.Name,
        Timestamp = batch.TimestampOf(places),
        Database = database,
        Table = collection,
        Event = batch.Records.At(places.Event),
        Origin = batch,
        ReplicaSet = batch.Stream.SetName,
        AfterState = After(batch, places),
        BeforeState = Before(batch, places, database, collection),
        IsReduced = batch.IsReduced,
    };

    private static AfterState After(EventBatch batch, in EventPlaces places) => places.After <= 0 ? AfterState.None
        : places.Kind == EventKind.Update && batch.Stream.FullDocument == FullDocumentMode.UpdateLookup ? AfterState.Lookup
        : AfterState.Exact;

    private static BeforeState Before(EventBatch batch, in EventPlaces places, string database, string collection) => places.Kind switch
    {
        EventKind.Insert or EventKind.Other => BeforeState.None,
        _ when places.Before > 0 => BeforeState.Present,
        _ => batch.Stream.WithoutBefore(database, collection),
    };
}
