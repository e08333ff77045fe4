using System.Text.Json;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Formats;

/// <summary>One change of <c>shop.orders</c> with records of the test's choice.</summary>
internal sealed class OneChange(ChangeOperation operation, DataRecord before, DataRecord after, DataRecord key = default,
    bool inTransaction = true, bool isProvisional = false, DataRecord relatedKey = default) : ChangeSet
{
    public static readonly DateTimeOffset CommitTime = new(2024, 3, 9, 12, 33, 58, 123, TimeSpan.Zero);

    public static DataRecord Row(params (string Name, DataValue Value)[] fields) => RowOf(null, fields);

    public static DataRecord RowOf(TableSchema? schema, params (string Name, DataValue Value)[] fields)
        => new(new DetachedRecordSet(schema, [.. fields.Select(f => f.Name)], [.. fields.Select(f => f.Value)]), 0);

    public static ChangeEvent Insert(params (string Name, DataValue Value)[] fields)
        => new OneChange(ChangeOperation.Create, default, Row(fields)).Event;

    /// <summary>The change, as the fifth one of its transaction and the second one of its table.</summary>
    public ChangeEvent Event
    {
        get
        {
            var runs = new TransactionRuns();
            runs.AddBase([new TableCount("shop", "lines", 3), new TableCount("shop", "orders", 1)]);
            Place(4, runs, runs.Add("shop", "orders", 1), CdcEmbedded.Offsets.PlaceState.None);
            return ToEvent(0);
        }
    }

    public override int Count => 1;
    public override long ByteSize => 100;
    public override string GetDatabase(int change) => "shop";
    public override string GetTable(int change) => "orders";
    public override DateTimeOffset GetTimestamp(int change) => CommitTime;
    public override TransactionInfo? Transaction { get; } = inTransaction ? new SomeTransaction() : null;
    public override TableSchema? GetSchema(int change) => after.HasValue ? after.Schema : before.Schema;

    public override bool IsProvisional => isProvisional;
    public override ChangeOperation GetOperation(int change) => operation;
    public override DataRecord GetBefore(int change) => before;
    public override DataRecord GetAfter(int change) => after;
    public override DataRecord GetKey(int change) => key;
    public override DataRecord GetRelatedKey(int change) => relatedKey;
    public override string GetEventId(int change) => "id";
    public override SourcePosition GetPosition(int change) => new PlainPosition();

    public override SourceInfo GetSource(int change) => new FileSource
    {
        Connector = "mysql",
        Name = "tail",
        Timestamp = CommitTime,
        Database = GetDatabase(change),
        Table = GetTable(change),
        Snapshot = operation == ChangeOperation.Read ? SnapshotMarker.Row : SnapshotMarker.None,
    };

    internal sealed class SomeTransaction : TransactionInfo
    {
        public const string Name = "3e11fa47-71ca-11e1-9e33-c80aa9429562:23";

        public override string Id => Name;
        public override DateTimeOffset Timestamp => CommitTime;
    }

    private sealed class FileSource : SourceInfo
    {
        public override void WriteProperties(Utf8JsonWriter writer)
        {
            writer.WriteString("file", "binlog.000007");
            writer.WriteNumber("pos", 4);
        }
    }
}
