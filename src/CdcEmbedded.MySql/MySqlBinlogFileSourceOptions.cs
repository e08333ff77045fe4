namespace CdcEmbedded.MySql;

/// <summary>Which binlog files a <see cref="MySqlBinlogFileSource"/> reads and what it captures. Validated when the
/// source is created.</summary>
public sealed class MySqlBinlogFileSourceOptions : IReadingOptions
{
    /// <summary>The files, in order, such as <c>/var/lib/mysql/binlog.000001</c>.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.Include"/>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <inheritdoc cref="MySqlSourceOptions.Exclude"/>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <inheritdoc cref="MySqlSourceOptions.IncludeGtidSources"/>
    public IReadOnlyList<string> IncludeGtidSources { get; init; } = [];

    /// <inheritdoc cref="MySqlSourceOptions.ExcludeGtidSources"/>
    public IReadOnlyList<string> ExcludeGtidSources { get; init; } = [];

    /// <summary>True if the CRC32 of each event is verified, in files that have one.</summary>
    /// <value>The default is true.</value>
    public bool VerifyChecksums { get; init; } = true;

    /// <inheritdoc cref="MySqlSourceOptions.MaxEventBytes"/>
    public long MaxEventBytes { get; init; } = MySqlSourceOptions.DefaultMaxEventBytes;

    /// <inheritdoc cref="MySqlSourceOptions.KeyChange"/>
    public KeyChangeMode KeyChange { get; init; } = KeyChangeMode.DeleteAndCreate;

    /// <inheritdoc cref="MySqlSourceOptions.SkipUnchanged"/>
    public bool SkipUnchanged { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.IncludeRowHistory"/>
    /// <remarks>The log does not say which tables are system-versioned: the files must contain the table's CREATE TABLE. Otherwise its
    /// changes are delivered as the log has them.</remarks>
    public bool IncludeRowHistory { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.TransactionBufferBytes"/>
    public long TransactionBufferBytes { get; init; } = 64L * 1024 * 1024;

    /// <inheritdoc cref="MySqlSourceOptions.LargeTransactions"/>
    public LargeTransactionMode LargeTransactions { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.TransactionSpillBytes"/>
    public long TransactionSpillBytes { get; init; } = MySqlSourceOptions.DefaultTransactionSpillBytes;

    /// <inheritdoc cref="MySqlSourceOptions.SpillFolder"/>
    public string? SpillFolder { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.Xa"/>
    public XaMode Xa { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.IncludeShadowTables"/>
    public bool IncludeShadowTables { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.InvalidDates"/>
    public InvalidDateMode InvalidDates { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.OnUnknownSchema"/>
    public FaultPolicy OnUnknownSchema { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.OnStatementChange"/>
    public FaultPolicy OnStatementChange { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.OnUndecodableEvent"/>
    public FaultPolicy OnUndecodableEvent { get; init; }

    /// <inheritdoc cref="MySqlSourceOptions.OnIncident"/>
    public FaultPolicy OnIncident { get; init; }
}
