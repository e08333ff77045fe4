namespace CdcEmbedded.Formats;

/// <summary>What <see cref="EnvelopeJson"/> writes.</summary>
public sealed class EnvelopeJsonOptions
{
    /// <summary>True to write the transaction's id and the change's orders in it as <c>transaction</c>, instead of null.</summary>
    /// <value>The default is false.</value>
    public bool IncludeTransaction { get; init; }

    /// <summary>The clock of the envelope's own <c>ts_ms</c>, the time at which the change was written as JSON.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
