namespace CdcEmbedded.MySql;

/// <summary>How dates are delivered that no calendar has: zero (<c>0000-00-00</c>, a TIMESTAMP of 0), partial (<c>2024-00-15</c>) and
/// impossible ones (<c>2023-02-30</c>), in DATE, DATETIME and TIMESTAMP columns.</summary>
/// <remarks>The same in the stream and in snapshots, and for all ways to read a value. Columns of the primary key are always
/// <see cref="Raw"/>: another value would identify another row.</remarks>
public enum InvalidDateMode
{
    /// <summary>As they are stored: <see cref="DataValue.AsCalendar"/> and JSON have the server's value, and a conversion to a CLR type
    /// that cannot hold it throws a <see cref="DataConversionException"/>. The default.</summary>
    Raw,

    /// <summary>As null. The columns' <see cref="ColumnSchema.IsNullable"/> is true then, also where the table says NOT NULL.</summary>
    Null,

    /// <summary>Reading such a value throws a <see cref="ValueDecodingException"/>.</summary>
    Throw,
}
