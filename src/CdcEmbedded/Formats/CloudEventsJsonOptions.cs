namespace CdcEmbedded.Formats;

/// <summary>What <see cref="CloudEventsJson"/> writes.</summary>
public sealed class CloudEventsJsonOptions
{
    /// <summary>The attribute <c>source</c>, a URI reference; null for <c>/cdc/</c> with the kind of source and the engine's name, such as
    /// <c>/cdc/mysql/search-index</c>.</summary>
    /// <value>The default is null.</value>
    public string? Source { get; init; }

    /// <summary>The start of the attribute <c>type</c>, which is followed by <c>.created</c>, <c>.updated</c>, <c>.deleted</c>,
    /// <c>.read</c> or <c>.truncated</c>.</summary>
    /// <value>The default is <c>cdc.row</c>.</value>
    public string TypePrefix { get; init; } = "cdc.row";
}
