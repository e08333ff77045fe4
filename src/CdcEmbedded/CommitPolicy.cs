using System.ComponentModel;
using CdcEmbedded.Offsets;

namespace CdcEmbedded;

/// <summary>When acknowledged progress is written to the offset store: after a number of changes or a time, whichever is first. It is also
/// written when the stream ends or is disposed, unless the policy is <see cref="Never"/>.</summary>
[TypeConverter(typeof(CommitPolicyConverter))]
public sealed class CommitPolicy
{
    /// <summary>After 10,000 changes or one second, at a transaction's end if one follows before twice as much.</summary>
    public static CommitPolicy Default => new();

    /// <summary>After each acknowledged change or batch: the least repetition after a crash, at the cost of a write each time.</summary>
    public static CommitPolicy Always => new() { Changes = 1, WaitForTransactionEnd = false };

    /// <summary>After each transaction of the source.</summary>
    public static CommitPolicy EachTransaction => new() { Changes = 1, WaitForTransactionEnd = true, MaxOverrun = int.MaxValue };

    /// <summary>Never after changes: the application saves those offsets itself, in the transaction of its effects.</summary>
    /// <remarks>The engine stores the position of a first start and, in an <see cref="ITransactionalOffsetStore"/>, a position that has
    /// moved without changes, once everything before it is stored.</remarks>
    public static CommitPolicy Never => new() { IsNever = true };

    /// <summary>Number of acknowledged changes after which progress is written.</summary>
    /// <value>The default is 10,000; at least 1.</value>
    public int Changes { get; init; } = 10_000;

    /// <summary>Time after which acknowledged progress is written. It is checked whenever the loop asks for the next item, and
    /// while it waits.</summary>
    /// <value>The default is one second; more than zero.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>True if a due write waits for the end of the source's transaction, so that a restart does not start inside one.</summary>
    /// <value>The default is true. It waits no longer than <see cref="MaxOverrun"/> times
    /// <see cref="Changes"/> or <see cref="Interval"/>.</value>
    public bool WaitForTransactionEnd { get; init; } = true;

    /// <summary>How many times <see cref="Changes"/>, or <see cref="Interval"/>, a transaction may delay a due write.</summary>
    /// <value>The default is 2; at least 1.</value>
    public int MaxOverrun { get; init; } = 2;

    internal bool IsNever { get; private init; }
}
