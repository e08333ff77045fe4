namespace CdcEmbedded.MySql.Transactions;

/// <summary>How much of a transaction was read before a restart.</summary>
internal enum Repetition
{
    /// <summary>It is new.</summary>
    None,

    /// <summary>All of it was processed, and it is skipped.</summary>
    Done,

    /// <summary>It was prepared, and its rows are to be held again.</summary>
    PreparedAgain,
}
