namespace CdcEmbedded.Verification;

/// <summary>What the comparison of a copy with its source has found. Immutable.</summary>
public sealed class VerificationResult
{
    /// <summary>The table, as <c>database.table</c>.</summary>
    public required string Table { get; init; }

    /// <summary>Number of rows of the source that were compared.</summary>
    public long ComparedRows { get; init; }

    /// <summary>Number of rows that the copy lacks.</summary>
    public long MissingRows { get; init; }

    /// <summary>Number of rows that only the copy has.</summary>
    public long ExtraRows { get; init; }

    /// <summary>Number of rows with other values.</summary>
    public long DifferentRows { get; init; }

    /// <summary>Number of rows about which nothing can be said, because they changed at each attempt.</summary>
    public long UndecidedRows { get; init; }

    /// <summary>The differences, up to <see cref="VerifyOptions.MaxDifferences"/>.</summary>
    public IReadOnlyList<RowDifference> Differences { get; init; } = [];

    /// <summary>Keys of undecided rows, up to <see cref="VerifyOptions.MaxDifferences"/>.</summary>
    public IReadOnlyList<DataRecord> Undecided { get; init; } = [];

    /// <summary>True if each row was compared and none differs.</summary>
    public bool IsEqual => MissingRows + ExtraRows + DifferentRows + UndecidedRows == 0;

    /// <summary>What the keys consist of.</summary>
    internal string KeyShape { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"{Table}: {ComparedRows} rows, {MissingRows} missing in the copy, {ExtraRows} only in the copy, "
        + $"{DifferentRows} different, {UndecidedRows} undecided";
}
