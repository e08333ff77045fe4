namespace CdcEmbedded.Benchmarks;

/// <summary>What the loop body reads of each event.</summary>
internal enum Reading
{
    /// <summary>The operation alone.</summary>
    Nothing,

    /// <summary>Every column of before and after as its CLR value; text and JSON as strings.</summary>
    Values,

    /// <summary>The same, with UTF-8 text as a span of bytes.</summary>
    Utf8,
}
