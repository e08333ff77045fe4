namespace CdcEmbedded.Benchmarks;

/// <summary>What the loop body reads of each event.</summary>
internal enum Reading
{
    /// <summary>Only the operation.</summary>
    Nothing,

    /// <summary>Every column of before and after as its CLR value; text and JSON as strings.</summary>
    Values,

    /// <summary>The same, with text as a span of UTF-8 bytes.</summary>
    Utf8,
}
