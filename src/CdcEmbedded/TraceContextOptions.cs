namespace CdcEmbedded;

/// <summary>Where rows carry the trace context of the transaction that wrote them, in the form of W3C's <c>traceparent</c>.</summary>
/// <remarks>Rows are looked at only while somebody listens to the library's activities, and as the application gets them: a transform that
/// drops the table or hides the column hides the context too.</remarks>
public sealed class TraceContextOptions
{
    /// <summary>The table whose rows carry it, as <c>database.table</c>, which the application writes to in its transactions. The source
    /// must capture it.</summary>
    /// <value>Null, the default, for any table that has the column.</value>
    public string? Table { get; init; }

    /// <summary>The column, or top-level field, with the text <c>00-trace id-span id-flags</c>. Other values are ignored.</summary>
    /// <value>The default is <c>traceparent</c>.</value>
    public string Column { get; init; } = "traceparent";

    /// <summary>The column with the <c>tracestate</c> that belongs to it.</summary>
    /// <value>The default is <c>tracestate</c>; rows need not have it.</value>
    public string StateColumn { get; init; } = "tracestate";
}
