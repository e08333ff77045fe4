namespace CdcEmbedded;

/// <summary>A value of a row or document that cannot be decoded: its bytes are damaged, are no text in the column's character set, or hold
/// what an option of the source refuses, such as a date that no calendar has.</summary>
/// <remarks>Values are decoded when they are read, so this is thrown in the loop or the handler that reads the column, and by the formats.
/// The message names the database, the table, the column, its type and the position, and never the bytes: those are in
/// <see cref="RawBytes"/>. Methods of a single <see cref="DataValue"/>, which knows neither its column nor its row, throw a plain
/// <see cref="CdcProtocolException"/>; read by a <see cref="DataRecord"/>'s methods, such as <see cref="DataRecord.GetString(string)"/>,
/// to get this one.</remarks>
public sealed class ValueDecodingException : CdcProtocolException
{
    /// <summary>Most bytes in <see cref="RawBytes"/>.</summary>
    public const int MaxRawBytes = 64;

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which column, where, and what is wrong with it; without the value.</param>
    /// <param name="position">The position in the source's log; of a change stream the resume token; null if unknown.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ValueDecodingException(string message, string? position = null, Exception? innerException = null)
        : base(message, (innerException as CdcProtocolException)?.EventType, position ?? (innerException as CdcProtocolException)?.Position,
            innerException: innerException)
    {
    }

    /// <summary>The database.</summary>
    /// <value>Empty, the default, if unknown.</value>
    public string Database { get; init; } = "";

    /// <summary>The table or collection.</summary>
    /// <value>Empty, the default, if unknown.</value>
    public string Table { get; init; } = "";

    /// <summary>The column, or the field's path in its document, such as <c>lines.0.price</c>.</summary>
    /// <value>The default is empty.</value>
    public string Column { get; init; } = "";

    /// <summary>The column's type as the server spells it, such as <c>decimal(10,2)</c>; of a field its BSON type, such as
    /// <c>string</c>.</summary>
    /// <value>Empty, the default, if unknown.</value>
    public string ServerType { get; init; } = "";

    /// <summary>The first <see cref="MaxRawBytes"/> bytes of the value as the server sent them.</summary>
    /// <value>Empty, the default, if the source does not give them, and always for columns that a transform hides.</value>
    public ReadOnlyMemory<byte> RawBytes { get; init; }

    /// <summary>Number of bytes of the whole value; 0 if <see cref="RawBytes"/> is empty.</summary>
    public int RawLength { get; init; }
}
