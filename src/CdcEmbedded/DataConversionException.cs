namespace CdcEmbedded;

/// <summary>A value of a record that cannot be read as the wanted type: it does not convert exactly, is null or absent, or the table has no
/// such column. The message names the column, the type and the remedy, and never the value.</summary>
public sealed class DataConversionException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which column, which type, what to do.</param>
    /// <param name="table">The table as <c>database.table</c>; empty if unknown.</param>
    /// <param name="column">The column or field.</param>
    /// <param name="targetType">The type that was wanted, as C# spells it.</param>
    /// <param name="kind">What the record holds; null if it has no such column.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public DataConversionException(string message, string table, string column, string targetType, ValueKind? kind,
        Exception? innerException = null)
        : base(message, innerException)
    {
        Table = table;
        Column = column;
        TargetType = targetType;
        Kind = kind;
    }

    /// <summary>The table as <c>database.table</c>; empty if unknown, as with documents.</summary>
    public string Table { get; }

    /// <summary>The column or field.</summary>
    public string Column { get; }

    /// <summary>The position in the source's log, such as <c>binlog.000003:1234</c>.</summary>
    /// <value>Null, the default, if unknown.</value>
    public string? Position { get; init; }

    /// <summary>The type that was wanted, as C# spells it.</summary>
    public string TargetType { get; }

    /// <summary>What the record holds; null if it has no such column.</summary>
    public ValueKind? Kind { get; }
}
