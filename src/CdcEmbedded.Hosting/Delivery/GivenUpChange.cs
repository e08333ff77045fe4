namespace CdcEmbedded.Hosting.Delivery;

/// <summary>A change that a handler has not handled.</summary>
/// <param name="Handler">The handler's name.</param>
/// <param name="Outcome">What became of it, as the metric names it.</param>
internal readonly record struct GivenUpChange(string Handler, string Outcome)
{
    /// <summary>It was skipped.</summary>
    public const string Skipped = "skipped";

    /// <summary>It is a dead letter, because the handler failed.</summary>
    public const string DeadLetter = "dead_letter";

    /// <summary>It is a dead letter, because an earlier change of its key is one.</summary>
    public const string Held = "held";
}
