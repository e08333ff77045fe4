namespace CdcEmbedded;

/// <summary>What a <see cref="Notice"/> reports.</summary>
public enum NoticeKind
{
    /// <summary>The stored position was lost, and reading resumed elsewhere (<see cref="CdcEngineOptions.OnOffsetLost"/>): changes between
    /// the two positions may be missing, or be delivered again.</summary>
    PositionLost,

    /// <summary>The source reports that its log lacks changes, as MySQL's INCIDENT event does.</summary>
    Incident,

    /// <summary>A statement changed rows of a captured table, and the log has the statement instead of the rows.</summary>
    StatementChange,

    /// <summary>The changes of a table are skipped from here on.</summary>
    TableSkipped,

    /// <summary>Other data was lost, or what was delivered has been undone in the source: the message says what.</summary>
    DataLoss,

    /// <summary>A transaction ended here whose changes precede the start of the stream, such as an XA transaction of MySQL that was
    /// prepared before it: if it changed captured tables, its changes are not in the stream.</summary>
    TransactionMissed,

    /// <summary>A signal was not understood, and changes nothing: the message says why.</summary>
    SignalRejected,

    /// <summary>The stream continues on another server, and what that one has executed under names of its own was skipped, as the options
    /// of the source say: the message names the transactions.</summary>
    HistorySkipped,

    /// <summary>An event of a captured table could not be decoded, or could not be sent by the server, and its changes are skipped: the
    /// message says which.</summary>
    EventSkipped,
}
