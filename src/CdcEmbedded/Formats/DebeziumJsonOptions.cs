namespace CdcEmbedded.Formats;

/// <summary>What <see cref="DebeziumJson"/> writes.</summary>
public sealed class DebeziumJsonOptions
{
    /// <summary>How decimals are written.</summary>
    /// <value>The default is <see cref="DecimalHandling.Precise"/>.</value>
    public DecimalHandling Decimals { get; init; }

    /// <summary>How dates and times without a zone are written.</summary>
    /// <value>The default is <see cref="TimeHandling.AdaptiveTimeMicroseconds"/>.</value>
    public TimeHandling Times { get; init; }

    /// <summary>How bytes are written.</summary>
    /// <value>The default is <see cref="BinaryHandling.Bytes"/>.</value>
    public BinaryHandling Binary { get; init; }

    /// <summary>True to write <c>{"schema": …, "payload": …}</c>, as Kafka Connect's JsonConverter does with
    /// <c>schemas.enable=true</c>.</summary>
    /// <value>The default is false.</value>
    public bool IncludeSchema { get; init; }

    /// <summary>True if a message without a value follows each delete: Debezium's <c>tombstones.on.delete</c>.</summary>
    /// <value>The default is true, as Debezium's.</value>
    public bool Tombstones { get; init; } = true;

    /// <summary>True to write the transaction's id and the change's orders in it: Debezium's
    /// <c>provide.transaction.metadata</c>.</summary>
    /// <value>The default is false.</value>
    public bool IncludeTransaction { get; init; }

    /// <summary>The clock of the envelope's own times.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
