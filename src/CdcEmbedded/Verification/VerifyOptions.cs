namespace CdcEmbedded.Verification;

/// <summary>How a copy is compared with its source.</summary>
public sealed class VerifyOptions
{
    /// <summary>Compares only these columns, besides the key.</summary>
    /// <value>Null, the default, for all columns of the source.</value>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Columns that are not compared, such as those that the copy does not keep.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>True if a column of a copy's row that the source's row does not have is a difference, as it is between documents.</summary>
    /// <value>The default is false: a copy may have columns of its own.</value>
    public bool ReportsExtraColumns { get; init; }

    /// <summary>True if rows are looked for that only the copy has. It lists all keys of the copy.</summary>
    /// <value>The default is true.</value>
    public bool FindsExtraRows { get; init; } = true;

    /// <summary>Compares only rows for which the source's own condition is true, such as an SQL expression, because the copy
    /// has only these.</summary>
    /// <remarks>It becomes part of the statement as it is: never take it from somebody who is not trusted.</remarks>
    /// <value>Null, the default, for all rows.</value>
    public string? Condition { get; init; }

    /// <summary>True if differences have the values of both sides.</summary>
    /// <value>The default is false: only the names of columns.</value>
    public bool IncludesValues { get; init; }

    /// <summary>How often a row is compared that keeps changing while it is compared, before it is reported as undecided.</summary>
    /// <value>The default is 20; at least 1.</value>
    public int Attempts { get; init; } = 20;

    /// <summary>How many differences, and how many undecided rows, the result lists. More are counted only.</summary>
    /// <value>The default is 1,000.</value>
    public int MaxDifferences { get; init; } = 1000;
}
