namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>What a reader must get of an event of a <see cref="History"/>.</summary>
internal sealed record ExpectedChange(int Number, string Collection, int? Transaction, long Order, long CollectionOrder,
    long TransactionSize);
