using System.ComponentModel;
using System.Globalization;

namespace CdcEmbedded;

/// <summary>Reads a policy or a start from its name, as configuration files write it: without a converter, the binder would ignore
/// a text silently.</summary>
/// <typeparam name="T">The type.</typeparam>
internal abstract class NamedValueConverter<T> : TypeConverter
    where T : class
{
    /// <summary>The names, for messages.</summary>
    protected abstract string Allowed { get; }

    public sealed override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

    public sealed override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value)
        => value is string text && Find(text.Trim()) is { } found ? found
            : throw new FormatException($"'{value}' is not a {typeof(T).Name}; allowed is {Allowed}.");

    /// <summary>The value of a name, in any case; null if there is none.</summary>
    protected abstract T? Find(string name);

    /// <summary>True if two names are the same.</summary>
    protected static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
