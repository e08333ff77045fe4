namespace CdcEmbedded.Formats;

/// <summary>What <see cref="EnvelopeJson"/> writes.</summary>
public sealed class EnvelopeJsonOptions
{
    /// <summary>True to write the transaction's id and the change's orders in it as <c>transaction</c>, instead of null.</summary>
    /// <value>The default is false.</value>
    public bool IncludeTransaction { get; init; }

    /// <summary>True to write the JSON document <c>null</c> as <c>{"$json": null}</c>, so that it differs from SQL's NULL,
    /// which is <c>null</c>. A document whose first member is <c>$json</c>, <c>$patch</c> or <c>$bytes</c> is wrapped in the same
    /// way, so that no document looks like one of these marks: unwrap every object that has no other member.</summary>
    /// <value>The default is false: both are <c>null</c>.</value>
    public bool MarkJsonNull { get; init; }

    /// <summary>What happens to text whose bytes are no text in its column's character set.</summary>
    /// <value>The default is <see cref="UndecodableText.Fail"/>.</value>
    public UndecodableText UndecodableText { get; init; }

    /// <summary>The clock of the envelope's own <c>ts_ms</c>, the time at which the change was written as JSON.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
