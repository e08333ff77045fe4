namespace CdcEmbedded.Sources;

/// <summary>Receives the fields of one record, in order and each once: see <see cref="RecordSet.WriteFields"/>. Formats derive from it.
/// </summary>
/// <remarks>Values of the kinds that most columns have are given as what their bytes say, without a <see cref="DataValue"/> in between.
/// Each method must do the same as <see cref="WriteValue"/> does for the value in question.</remarks>
public abstract class FieldWriter
{
    /// <summary>Writes a field as a value: any kind, null and absent included.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">Its value.</param>
    public abstract void WriteValue(int field, in DataValue value);

    /// <summary>Writes a null of the database.</summary>
    /// <param name="field">The field.</param>
    public abstract void WriteNull(int field);

    /// <summary>Writes an integer, whatever its width.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">The integer.</param>
    public abstract void WriteInteger(int field, long value);

    /// <summary>Writes a decimal.</summary>
    /// <param name="field">The field.</param>
    /// <param name="magnitude">Its digits as a number.</param>
    /// <param name="scale">How many of them are after the point, 0 to 28.</param>
    /// <param name="isNegative">The sign; false for zero.</param>
    public abstract void WriteDecimal(int field, ulong magnitude, int scale, bool isNegative);

    /// <summary>Writes a date and time without a zone.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">Its fields.</param>
    /// <param name="digits">Digits of a second's fraction in the column, 0 to 6.</param>
    public abstract void WriteDateTime(int field, CalendarDateTime value, int digits);

    /// <summary>Writes text in UTF-8 (or its subset ASCII), which may be invalid.</summary>
    /// <param name="field">The field.</param>
    /// <param name="utf8">The text.</param>
    /// <returns>False, with nothing written, if the field must be given to <see cref="WriteValue"/>.</returns>
    public abstract bool TryWriteUtf8(int field, ReadOnlySpan<byte> utf8);
}
