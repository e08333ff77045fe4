using System.Globalization;
using System.Runtime.CompilerServices;

namespace CdcEmbedded;

/// <content>How a record is printed.</content>
public readonly partial struct DataRecord : ISpanFormattable
{
    private const int UsualLength = 256;

    /// <summary>Returns the fields as <c>{name: value, …}</c>, for logs and tests; absent ones are omitted. Empty if there is no
    /// record.</summary>
    public override string ToString()
    {
        if (!HasValue)
        {
            return "";
        }

        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[UsualLength]);
        var separator = "{";
        foreach (var (name, value) in this)
        {
            if (!value.IsAbsent)
            {
                text.AppendLiteral(separator);
                text.AppendLiteral(name);
                text.AppendLiteral(": ");
                text.AppendFormatted(value);
                separator = ", ";
            }
        }

        text.AppendLiteral(separator == "{" ? "{}" : "}");
        return text.ToStringAndClear();
    }

    /// <summary>Returns <see cref="ToString()"/>: there are no formats, and no culture changes the text.</summary>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>Writes what <see cref="ToString()"/> returns. An interpolated string takes this way, without a string for each
    /// record.</summary>
    /// <param name="destination">Receives the characters.</param>
    /// <param name="charsWritten">How many; 0 if they do not fit.</param>
    /// <param name="format">Ignored: there are no formats.</param>
    /// <param name="provider">Ignored: no culture changes the text.</param>
    /// <returns>False if the text does not fit.</returns>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null)
    {
        charsWritten = 0;
        if (!HasValue)
        {
            return true;
        }

        var written = 0;
        var separator = "{";
        foreach (var (name, value) in this)
        {
            if (value.IsAbsent)
            {
                continue;
            }

            if (!TryAppend(destination, ref written, separator) || !TryAppend(destination, ref written, name)
                || !TryAppend(destination, ref written, ": ") || !value.TryFormat(destination[written..], out var length))
            {
                return false;
            }

            written += length;
            separator = ", ";
        }

        if (!TryAppend(destination, ref written, separator == "{" ? "{}" : "}"))
        {
            return false;
        }

        charsWritten = written;
        return true;
    }

    private static bool TryAppend(Span<char> destination, ref int written, string text)
    {
        var fits = text.TryCopyTo(destination[written..]);
        written += fits ? text.Length : 0;
        return fits;
    }
}
