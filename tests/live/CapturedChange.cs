namespace CdcEmbedded.ServerTests;

/// <summary>One change as text that a test can compare, with what a restart after it needs.</summary>
/// <param name="Text">Such as <c>create t {id: 1}</c> or <c>update t {id: 1, v: a} -> {id: 1, v: b}</c>; absent columns are
/// omitted.</param>
/// <param name="Key">The key's fields; empty if the table has no key.</param>
/// <param name="Event">The event itself.</param>
public sealed record CapturedChange(string Text, string Key, ChangeEvent Event)
{
    /// <summary>The offset to resume from after it.</summary>
    public CdcOffset Offset { get; } = Event.Offset;

    /// <summary>Reads every column, so that each value is decoded.</summary>
    public static CapturedChange Of(ChangeEvent change)
    {
        string text = change.Operation switch
        {
            ChangeOperation.Create => $"create {change.Table} {change.After}",
            ChangeOperation.Update => $"update {change.Table} {change.Before} -> {change.After}",
            ChangeOperation.Delete => $"delete {change.Table} {change.Before}",
            ChangeOperation.Truncate => $"truncate {change.Table}",
            _ => $"{change.Operation} {change.Table}",
        };
        return new CapturedChange(text, change.Key.ToString(), change);
    }
}
