namespace CdcEmbedded;

/// <summary>What a <see cref="Notice"/> tells of.</summary>
public enum NoticeKind
{
    /// <summary>The stored position was lost, and reading went on elsewhere (<see cref="CdcEngineOptions.OnOffsetLost"/>): changes between the two
    /// places may be missing, or come again.</summary>
    PositionLost,

    /// <summary>The source itself says that its log lacks changes, as MySQL's INCIDENT event does.</summary>
    Incident,

    /// <summary>A statement changed rows of a captured table, and the log holds the statement instead of the rows.</summary>
    StatementChange,

    /// <summary>The changes of a table are left out from here on.</summary>
    TableSkipped,

    /// <summary>Something else was lost: the message says what.</summary>
    DataLoss,

    /// <summary>A transaction ended here whose changes came before reading began, as those of an XA transaction of MySQL that was prepared before: if it
    /// changed captured tables, its changes are not in the stream.</summary>
    TransactionMissed,
}
