namespace CdcEmbedded.MySql.Tests.Samples;

/// <summary>What a run of the sample left.</summary>
internal sealed record CdcTailResult(int ExitCode, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
