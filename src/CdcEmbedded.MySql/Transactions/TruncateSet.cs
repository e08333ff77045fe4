using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>A TRUNCATE TABLE: one change without key or records.</summary>
internal sealed class TruncateSet(MySqlTransaction transaction, string database, string table, BinlogPosition position,
    RowsContext context) : ChangeSet
{
    public override int Count => 1;

    public override long ByteSize => 256;

    public override string GetDatabase(int change) => database;

    public override string GetTable(int change) => table;

    public override TableSchema? GetSchema(int change) => null;

    public override bool HasOneTable => true;

    public override DateTimeOffset GetTimestamp(int change) => transaction.Timestamp;

    public override TransactionInfo? Transaction => transaction;

    public override ChangeOperation GetOperation(int change) => ChangeOperation.Truncate;

    public override DataRecord GetBefore(int change) => default;

    public override DataRecord GetAfter(int change) => default;

    public override DataRecord GetKey(int change) => default;

    public override SourcePosition GetPosition(int change) => position;

    public override string GetEventId(int change)
    {
        var place = context.PlaceOf(transaction.File, 0, "");
        return transaction.HasGtid ? $"{transaction.Gtid}/{place}" : place;
    }

    public override SourceInfo GetSource(int change) => new MySqlSourceInfo
    {
        Connector = MySqlSource.ConnectorName,
        Name = transaction.Identity.Name,
        Timestamp = transaction.Timestamp,
        Database = database,
        Table = table,
        ServerId = context.ServerId,
        Gtid = transaction.HasGtid ? transaction.Gtid.ToString() : null,
        File = transaction.File,
        Position = context.EventPosition,
        PayloadOffset = context.PayloadOffset,
        ThreadId = transaction.ThreadId,
        Query = context.Query?.Text,
        OriginalCommitTimestamp = transaction.OriginalCommit > 0 ? MySqlTransaction.FromMicroseconds(transaction.OriginalCommit) : null,
    };
}
