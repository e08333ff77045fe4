using System.Globalization;
using System.Text;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>A key for the order of changes. Keys that the source may hold for one are equal here, and some others too: a collation ignores
/// case, accents or trailing spaces, and MongoDB holds the numbers 1 and 1.0 for the same <c>_id</c>.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table.</param>
/// <param name="Text">The values, without regard to case and trailing spaces; numbers without regard to their type.</param>
/// <param name="IsUncertain">True if a value has characters outside ASCII: which keys equal it, only the source's collation knows.
/// Also true of a key that cannot be decoded.</param>
internal readonly record struct OrderedKey(string Database, string Table, string Text, bool IsUncertain)
{
    /// <summary>True if the key cannot be decoded, and may so be any.</summary>
    public bool IsUndecodable => IsUncertain && Text.Length == 0;

    public static OrderedKey Of(ChangeKey key)
    {
        try
        {
            var text = new StringBuilder();
            for (var i = 0; i < key.Key.Count; i++)
            {
                text.Append(TextOf(key.Key[i])).Append('\u001f');
            }

            var all = text.ToString();
            return new OrderedKey(key.Database, key.Table, all, !Ascii.IsValid(all));
        }
        catch (CdcProtocolException)
        {
            // The handler that reads it fails, and its failure policy decides.
            return new OrderedKey(key.Database, key.Table, "", IsUncertain: true);
        }
    }

    private static string TextOf(DataValue value)
    {
        if (value.Kind is ValueKind.Document or ValueKind.Array)
        {
            // The numbers in a document are equal whatever their types, too.
            return string.Concat(value.AsRecord().Select(static field => $"{field.Name}\u001e{TextOf(field.Value)}\u001e"));
        }

        var text = value.ToString();
        return value.Kind is ValueKind.Int64 or ValueKind.UInt64 or ValueKind.Single or ValueKind.Double or ValueKind.Decimal
                or ValueKind.Decimal128
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? (number == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture)
                : text.TrimEnd(' ').ToUpperInvariant();
    }
}
