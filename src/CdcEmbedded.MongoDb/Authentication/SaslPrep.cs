using System.Text;

namespace CdcEmbedded.MongoDb.Authentication;

/// <summary>Prepares a password for SCRAM-SHA-256: RFC 4013, a profile of RFC 3454.</summary>
/// <remarks>Mapping, compatibility normalization, prohibited characters, right-to-left rules; characters that Unicode 3.2 did not assign
/// pass, as the server lets them. The base class library does not normalize where an application runs with InvariantGlobalization (it
/// hands the text back as it is), so text that might need it is refused there rather than sent wrong.</remarks>
internal static class SaslPrep
{
    // RFC 3454 table B.1, commonly mapped to nothing.
    private static readonly (int First, int Last)[] Ignored =
    [
        (0x00AD, 0x00AD), (0x034F, 0x034F), (0x1806, 0x1806), (0x180B, 0x180D), (0x200B, 0x200D), (0x2060, 0x2060), (0xFE00, 0xFE0F),
            (0xFEFF, 0xFEFF),
    ];

    // RFC 3454 table C.1.2, spaces that become the one of ASCII.
    private static readonly (int First, int Last)[] Spaces =
        [(0x00A0, 0x00A0), (0x1680, 0x1680), (0x2000, 0x200B), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)];

    // RFC 3454 tables C.1.2 and C.2.1 to C.9, which RFC 4013 section 2.3 prohibits. Surrogates are not text at all.
    private static readonly (int First, int Last)[] Prohibited =
    [
        (0x0000, 0x001F), (0x007F, 0x00A0), (0x0340, 0x0341), (0x06DD, 0x06DD), (0x070F, 0x070F), (0x1680, 0x1680), (0x180E, 0x180E),
        (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2063), (0x206A, 0x206F), (0x2FF0, 0x2FFB), (0x3000, 0x3000), (0xD800, 0xF8FF),
        (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFF), (0x1D173, 0x1D17A), (0xE0001, 0xE0001), (0xE0020, 0xE007F),
            (0xF0000, 0x10FFFF),
    ];

    // RFC 3454 table D.1, characters that run from right to left.
    private static readonly (int First, int Last)[] RightToLeft =
    [
        (0x05BE, 0x05BE), (0x05C0, 0x05C0), (0x05C3, 0x05C3), (0x05D0, 0x05EA), (0x05F0, 0x05F4), (0x061B, 0x061B), (0x061F, 0x061F),
        (0x0621, 0x063A), (0x0640, 0x064A), (0x066D, 0x066F), (0x0671, 0x06D5), (0x06DD, 0x06DD), (0x06E5, 0x06E6), (0x06FA, 0x06FE),
        (0x0700, 0x070D), (0x0710, 0x0710), (0x0712, 0x072C), (0x0780, 0x07A5), (0x07B1, 0x07B1), (0x200F, 0x200F), (0xFB1D, 0xFB1D),
        (0xFB1F, 0xFB28), (0xFB2A, 0xFB36), (0xFB38, 0xFB3C), (0xFB3E, 0xFB3E), (0xFB40, 0xFB41), (0xFB43, 0xFB44), (0xFB46, 0xFBB1),
        (0xFBD3, 0xFD3D), (0xFD50, 0xFD8F), (0xFD92, 0xFDC7), (0xFDF0, 0xFDFC), (0xFE70, 0xFE74), (0xFE76, 0xFEFC),
    ];

    // Large ranges whose characters normalization leaves alone whatever stands beside them: letters of Latin with their accents in one
    // character, Greek, Cyrillic, Armenian, Hebrew, Arabic, Thai, kana, Chinese and Hangul syllables, emoji.
    private static readonly (int First, int Last)[] Stable =
    [
        (0x00BF, 0x0131), (0x014A, 0x017E), (0x0180, 0x01C3), (0x01CD, 0x01F0), (0x01F4, 0x02AF), (0x03A3, 0x03CF), (0x03FA, 0x0482),
        (0x0488, 0x052F), (0x0531, 0x0556), (0x05D0, 0x05EA), (0x061B, 0x064A), (0x0679, 0x06D5), (0x0E01, 0x0E32), (0x1E00, 0x1E99),
        (0x1F20, 0x1F45), (0x2190, 0x222B), (0x2231, 0x2328), (0x3041, 0x3096), (0x30A0, 0x30FE), (0x3400, 0xA48C), (0xAC00, 0xD7A3),
        (0x1F300, 0x1F6D7), (0x1F900, 0x1FA53), (0x20000, 0x2A6DF),
    ];

    // The ligature fi becomes two letters where normalization works.
    private static readonly bool CanNormalize = string.Equals("\uFB01".Normalize(NormalizationForm.FormKC), "fi", StringComparison.Ordinal);

    /// <summary>Prepares a password.</summary>
    /// <exception cref="CdcAuthenticationException">It holds a character that passwords must not hold, or needs normalization where the
    /// application has none. The message names the character's place, not the character.</exception>
    public static string Prepare(string password)
    {
        if (Ascii.IsValid(password) && !password.AsSpan().ContainsAnyInRange('\0', '\u001F') && !password.Contains('\u007F'))
        {
            return password;
        }

        var prepared = Normalize(Map(password));
        CheckProhibited(prepared);
        CheckDirection(prepared);
        return prepared;
    }

    private static string Map(string password)
    {
        var mapped = new StringBuilder(password.Length);
        foreach (var rune in password.EnumerateRunes())
        {
            // The zero-width space stands in both tables; RFC 4013 section 2.1 maps spaces first.
            if (IsIn(Spaces, rune.Value))
            {
                mapped.Append(' ');
            }
            else if (!IsIn(Ignored, rune.Value))
            {
                mapped.Append(rune);
            }
        }

        return mapped.ToString();
    }

    private static string Normalize(string text)
    {
        if (CanNormalize)
        {
            return text.Normalize(NormalizationForm.FormKC);
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (!rune.IsAscii && !IsIn(Stable, rune.Value))
            {
                throw new CdcAuthenticationException(
                    "The password holds a character that may need Unicode normalization, which this application runs without "
                    + "(InvariantGlobalization). Turn InvariantGlobalization off, or choose a password of ASCII and common letters.");
            }
        }

        return text;
    }

    private static void CheckProhibited(string text)
    {
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            place++;
            if (IsIn(Prohibited, rune.Value) || (rune.Value & 0xFFFE) == 0xFFFE)
            {
                throw new CdcAuthenticationException(
                    $"Character {place} of the prepared password is one that RFC 4013 (SASLprep) prohibits, such as a control character.");
            }
        }
    }

    // RFC 3454 section 6. Its table D.2 of left-to-right characters is taken as: letters that are not in D.1.
    private static void CheckDirection(string text)
    {
        var runes = text.EnumerateRunes().ToArray();
        if (!runes.Any(rune => IsIn(RightToLeft, rune.Value)))
        {
            return;
        }

        if (runes.Any(rune => Rune.IsLetter(rune) && !IsIn(RightToLeft, rune.Value))
            || !IsIn(RightToLeft, runes[0].Value)
            || !IsIn(RightToLeft, runes[^1].Value))
        {
            throw new CdcAuthenticationException(
                "The password mixes letters that run from right to left with others in a way that RFC 4013 (SASLprep) prohibits.");
        }
    }

    private static bool IsIn((int First, int Last)[] ranges, int value)
    {
        foreach (var (first, last) in ranges)
        {
            if (value >= first && value <= last)
            {
                return true;
            }
        }

        return false;
    }
}
