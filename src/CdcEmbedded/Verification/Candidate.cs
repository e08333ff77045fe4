namespace CdcEmbedded.Verification;

/// <summary>A row that seemed to differ when both sides were read at different moments: a window decides.</summary>
/// <param name="SourceKey">Its key, if the source had it.</param>
/// <param name="CopyKey">Its key as the copy has it, if only the copy had it.</param>
internal sealed record Candidate(DataRecord SourceKey, CopyRow? CopyKey)
{
    /// <summary>How often it was compared in vain.</summary>
    public int Attempts { get; set; }
}
