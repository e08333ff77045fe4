namespace CdcEmbedded;

/// <summary>When acknowledged progress is written to the offset store: after so many changes or so much time, whichever comes first.
/// It is also written when the stream ends or is disposed, unless <see cref="Never"/>.</summary>
public sealed class CommitPolicy
{
    /// <summary>After 10,000 changes or one second, at a transaction's end where one comes before the double of either.</summary>
    public static CommitPolicy Default { get; } = new();

    /// <summary>After each acknowledged change or batch: the least repetition after a crash, at the price of a write each time.</summary>
    public static CommitPolicy Always { get; } = new() { Changes = 1, WaitForTransactionEnd = false };

    /// <summary>After each transaction of the source.</summary>
    public static CommitPolicy EachTransaction { get; } = new() { Changes = 1, WaitForTransactionEnd = true, MaxOverrun = int.MaxValue };

    /// <summary>Never by the engine: the application saves the offsets itself, in the transaction of its own effects.</summary>
    public static CommitPolicy Never { get; } = new() { IsNever = true };

    /// <summary>Acknowledged changes after which progress is written.</summary>
    /// <value>The default is 10,000; at least 1.</value>
    public int Changes { get; init; } = 10_000;

    /// <summary>Time after which acknowledged progress is written, looked at whenever the loop asks for the next item and while it
    /// waits.</summary>
    /// <value>The default is one second; more than zero.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether a due write waits for the end of the source's transaction, so that a restart does not begin inside one.</summary>
    /// <value>The default is true. It waits no longer than <see cref="MaxOverrun"/> times <see cref="Changes"/> or
    /// <see cref="Interval"/>.</value>
    public bool WaitForTransactionEnd { get; init; } = true;

    /// <summary>How many times <see cref="Changes"/>, or <see cref="Interval"/>, a transaction may hold a due write back.</summary>
    /// <value>The default is 2; at least 1.</value>
    public int MaxOverrun { get; init; } = 2;

    internal bool IsNever { get; private init; }
}
