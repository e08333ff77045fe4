using System.Globalization;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>The text form of a GTID set (MySQL manual, "GTID Sets").</summary>
/// <remarks><code>
/// set      = [uuid_set] {"," [uuid_set]}
/// uuid_set = uuid {":" (interval | tag)}       a tag holds for the intervals after it, up to the next tag
/// interval = number ["-" number]               empty where the second is below the first
/// </code></remarks>
internal static class GtidSetText
{
    public static bool TryParse(string? text, out GtidSet set)
    {
        set = GtidSet.Empty;
        if (text is null)
        {
            return false;
        }

        var builder = new GtidSetBuilder();
        foreach (var part in text.AsSpan().Split(','))
        {
            var uuidSet = text.AsSpan(part).Trim();
            if (!uuidSet.IsEmpty && !TryParseUuidSet(uuidSet, builder))
            {
                return false;
            }
        }

        set = builder.ToSet();
        return true;
    }

    private static bool TryParseUuidSet(ReadOnlySpan<char> text, GtidSetBuilder builder)
    {
        var colon = text.IndexOf(':');
        if (colon < 0 || !TryParseUuid(text[..colon].Trim(), out var source))
        {
            return false;
        }

        var rest = text[(colon + 1)..];
        var tag = "";
        var intervals = 0;
        foreach (var range in rest.Split(':'))
        {
            var item = rest[range].Trim();
            if (item.IsEmpty)
            {
                return false;
            }

            if (char.IsAsciiDigit(item[0]))
            {
                if (!TryParseInterval(item, out var start, out var end))
                {
                    return false;
                }

                intervals++;
                if (start <= end)
                {
                    builder.Add(source, tag, start, end);
                }

                continue;
            }

            // A tag that no interval follows names nothing.
            tag = item.Length <= Gtid.MaxTagLength ? item.ToString().ToLowerInvariant() : "-";
            if (!Gtid.IsTag(tag))
            {
                return false;
            }

            intervals = 0;
        }

        return intervals > 0;
    }

    private static bool TryParseUuid(ReadOnlySpan<char> text, out Guid source)
        => Guid.TryParseExact(text, "D", out source) || Guid.TryParseExact(text, "N", out source)
            || Guid.TryParseExact(text, "B", out source);

    private static bool TryParseInterval(ReadOnlySpan<char> text, out long start, out long end)
    {
        var hyphen = text.IndexOf('-');
        var first = hyphen < 0 ? text : text[..hyphen].Trim();
        end = 0;
        if (!TryParseNumber(first, out start))
        {
            return false;
        }

        end = start;
        return hyphen < 0 || TryParseNumber(text[(hyphen + 1)..].Trim(), out end);
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out long number)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and < long.MaxValue;
}
