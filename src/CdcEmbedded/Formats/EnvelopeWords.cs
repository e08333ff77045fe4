namespace CdcEmbedded.Formats;

/// <summary>The words that the JSON has for operations, markers and kinds.</summary>
internal static class EnvelopeWords
{
    public static ReadOnlySpan<byte> Word(SchemaChangeKind kind) => kind switch
    {
        SchemaChangeKind.Create => "create"u8,
        SchemaChangeKind.Alter => "alter"u8,
        SchemaChangeKind.Drop => "drop"u8,
        SchemaChangeKind.Rename => "rename"u8,
        SchemaChangeKind.DropDatabase => "drop_database"u8,
        SchemaChangeKind.Invalidate => "invalidate"u8,
        SchemaChangeKind.PartitionDataLoss => "partition_data_loss"u8,
        _ => "other"u8,
    };

    public static ReadOnlySpan<byte> Word(SnapshotMarker marker) => marker switch
    {
        SnapshotMarker.None => "false"u8,
        SnapshotMarker.Row => "true"u8,
        SnapshotMarker.First => "first"u8,
        SnapshotMarker.FirstInTable => "first_in_data_collection"u8,
        SnapshotMarker.LastInTable => "last_in_data_collection"u8,
        SnapshotMarker.Last => "last"u8,
        SnapshotMarker.Incremental => "incremental"u8,
        SnapshotMarker.Blocking => "blocking"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(marker), marker, "This part of a snapshot has no name in JSON."),
    };

    public static ReadOnlySpan<byte> Word(NoticeKind kind) => kind switch
    {
        NoticeKind.PositionLost => "position_lost"u8,
        NoticeKind.Incident => "incident"u8,
        NoticeKind.StatementChange => "statement_change"u8,
        NoticeKind.TableSkipped => "table_skipped"u8,
        NoticeKind.DataLoss => "data_loss"u8,
        NoticeKind.TransactionMissed => "transaction_missed"u8,
        NoticeKind.SignalRejected => "signal_rejected"u8,
        NoticeKind.HistorySkipped => "history_skipped"u8,
        NoticeKind.EventSkipped => "event_skipped"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind of notice has no name in JSON."),
    };

    public static ReadOnlySpan<byte> Letter(ChangeOperation operation) => operation switch
    {
        ChangeOperation.Create => "c"u8,
        ChangeOperation.Update => "u"u8,
        ChangeOperation.Delete => "d"u8,
        ChangeOperation.Read => "r"u8,
        ChangeOperation.Truncate => "t"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "This operation has no letter in JSON."),
    };
}
