namespace CdcEmbedded;

/// <summary>The columns of a table at this position of the log are not known with certainty, so its rows are not decoded.</summary>
public class SchemaUnknownException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="table">The table, as <c>database.table</c>.</param>
    /// <param name="position">The position in the log, such as <c>binlog.000003:1234</c>.</param>
    /// <param name="message">Why they are unknown, and what to do.</param>
    public SchemaUnknownException(string table, string position, string message)
        : base(message)
    {
        Table = table;
        Position = position;
    }

    /// <summary>The table, as <c>database.table</c>.</summary>
    public string Table { get; }

    /// <summary>The position in the log, such as <c>binlog.000003:1234</c>.</summary>
    public string Position { get; }
}
