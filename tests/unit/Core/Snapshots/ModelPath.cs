namespace CdcEmbedded.Tests.Snapshots;

/// <summary>The steps that led to a state, for messages.</summary>
internal sealed record ModelPath(string Label, ModelPath? Before)
{
    public override string ToString() => Before is null ? Label : $"{Before}, {Label}";
}
