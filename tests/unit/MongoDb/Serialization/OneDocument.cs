using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Tests.Serialization;

/// <summary>An insert into <c>shop.orders</c> with a record of the test's choice.</summary>
internal sealed class OneDocument(DataRecord after) : ChangeSet
{
    public ChangeEvent Event => ToEvent(0);

    public override int Count => 1;
    public override long ByteSize => 100;
    public override TableSchema? GetSchema(int change) => null;
    public override string GetDatabase(int change) => "shop";
    public override string GetTable(int change) => "orders";
    public override DateTimeOffset GetTimestamp(int change) => DateTimeOffset.UnixEpoch;
    public override TransactionInfo? Transaction => null;
    public override ChangeOperation GetOperation(int change) => ChangeOperation.Create;
    public override DataRecord GetBefore(int change) => default;
    public override DataRecord GetAfter(int change) => after;
    public override DataRecord GetKey(int change) => default;
    public override string GetEventId(int change) => "id";
    public override SourcePosition GetPosition(int change) => throw new NotSupportedException();

    public override SourceInfo GetSource(int change) => new()
    {
        Connector = "mongodb", Name = "test", Timestamp = DateTimeOffset.UnixEpoch, Database = "shop", Table = "orders",
    };
}
