namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>A clock whose time of day a test moves; waits and timestamps are real.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _ahead;

    public void Advance(TimeSpan step) => Interlocked.Add(ref _ahead, step.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
}
