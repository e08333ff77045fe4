namespace CdcEmbedded.Tests.Formats;

/// <summary>A clock that never moves.</summary>
internal sealed class FixedTime(long unixMilliseconds) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);
}
