namespace CdcEmbedded.Verification;

/// <summary>How a row of a copy differs from the source's.</summary>
public enum RowDifferenceKind : byte
{
    /// <summary>The source has the row, the copy has not.</summary>
    MissingInCopy,

    /// <summary>The copy has the row, the source has not.</summary>
    OnlyInCopy,

    /// <summary>Both have the row, with other values.</summary>
    Different,
}
