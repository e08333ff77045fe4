namespace CdcTail;

/// <summary>How events are printed.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Pretty,

    /// <summary>One object a line, in the shape of Debezium's events with readable values.</summary>
    Json,

    /// <summary>One object a line, as Debezium encodes it.</summary>
    Debezium,

    /// <summary>One CloudEvent a line.</summary>
    CloudEvents,
}
