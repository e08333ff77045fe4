namespace CdcEmbedded.MySql.Transactions;

/// <summary>Whether a transaction was read before a restart.</summary>
internal enum Repetition
{
    /// <summary>It is new.</summary>
    None,

    /// <summary>It was processed whole, and is passed over.</summary>
    Done,

    /// <summary>It was prepared, and its rows are to be held again.</summary>
    PreparedAgain,
}
