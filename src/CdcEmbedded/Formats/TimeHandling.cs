namespace CdcEmbedded.Formats;

/// <summary>How <see cref="DebeziumJson"/> writes dates and times without a zone: Debezium's <c>time.precision.mode</c>.</summary>
public enum TimeHandling
{
    /// <summary>Times in microseconds, date-times in milliseconds or, with more than three digits, microseconds. The default, as
    /// Debezium's.</summary>
    AdaptiveTimeMicroseconds,

    /// <summary>Times and date-times in milliseconds or, with more than three digits, microseconds.</summary>
    Adaptive,

    /// <summary>Kafka Connect's own types: always milliseconds. Microseconds are lost.</summary>
    Connect,
}
