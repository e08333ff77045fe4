namespace CdcEmbedded;

/// <summary>One thing that a source found out about its server before the first event.</summary>
/// <param name="IsError">True if changes would be lost or nothing would be delivered; false for a warning.</param>
/// <param name="Code">A short stable name, such as <c>mysql.binlog_format</c>.</param>
/// <param name="Message">What was found, with the value, and why it matters.</param>
/// <param name="Remedy">The statement or setting that fixes it, ready to paste.</param>
public sealed record SourceFinding(bool IsError, string Code, string Message, string Remedy);
