namespace CdcEmbedded.MySql;

/// <summary>The options that say how a log is read, wherever it comes from. Each is documented at
/// <see cref="MySqlSourceOptions"/>.</summary>
internal interface IReadingOptions
{
    IReadOnlyList<string> Include { get; }

    IReadOnlyList<string> Exclude { get; }

    IReadOnlyList<string> IncludeGtidSources { get; }

    IReadOnlyList<string> ExcludeGtidSources { get; }

    bool VerifyChecksums { get; }

    long MaxEventBytes { get; }

    KeyChangeMode KeyChange { get; }

    bool SkipUnchanged { get; }

    bool IncludeRowHistory { get; }

    long TransactionBufferBytes { get; }

    LargeTransactionMode LargeTransactions { get; }

    long TransactionSpillBytes { get; }

    string? SpillFolder { get; }

    XaMode Xa { get; }

    FaultPolicy OnStatementChange { get; }

    FaultPolicy OnUndecodableEvent { get; }

    FaultPolicy OnIncident { get; }
}
