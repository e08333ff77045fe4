using System.Globalization;

namespace CdcEmbedded.Verification;

/// <summary>A key column of a copy: which CLR type its provider takes.</summary>
/// <param name="Type">The CLR type.</param>
/// <param name="TypeName">The database's name of the type.</param>
internal sealed record DbKeyColumn(Type Type, string TypeName)
{
    /// <summary>A value of the source as a parameter.</summary>
    public object ToParameter(in DataValue value)
    {
        var natural = ClrValue.Of(value);
        if (natural is null || Type.IsInstanceOfType(natural))
        {
            return natural is DateTime time ? Kind(time) : natural ?? DBNull.Value;
        }

        if (Type == typeof(string))
        {
            return value.ToString();
        }

        if (Type == typeof(byte[]))
        {
            return CopyValue.BytesOf(natural) ?? natural;
        }

        if (Type == typeof(Guid))
        {
            return Guid.TryParse(value.ToString(), out var uuid) ? uuid : natural;
        }

        return (natural, Type) switch
        {
            (DateOnly date, { } type) when type == typeof(DateTime) => date.ToDateTime(default),
            (DateTime time, { } type) when type == typeof(DateOnly) => DateOnly.FromDateTime(time),
            (IConvertible, { } type) when type.IsPrimitive || type == typeof(decimal) => Number(natural, type),
            _ => natural,
        };
    }

    private DateTime Kind(DateTime time) => TypeName.Contains("with time zone", StringComparison.OrdinalIgnoreCase)
        ? DateTime.SpecifyKind(time, DateTimeKind.Utc)
        : DateTime.SpecifyKind(time, DateTimeKind.Unspecified);

    private static object Number(object natural, Type type)
    {
        try
        {
            return Convert.ChangeType(natural, type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is OverflowException or FormatException or InvalidCastException)
        {
            // No row of the copy can have it: the database says so.
            return natural;
        }
    }
}
