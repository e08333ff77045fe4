namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>The upper halves of the character sets for which .NET has no code page (share/charsets/*.xml of the server).</summary>
internal static class SingleByteTables
{
    private static readonly string Box =
        "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀";

    /// <summary>Returns 256 characters, one per byte; <see cref="SingleByteEncoding.Hole"/> if there is none.</summary>
    public static string Of(string charset) => charset switch
    {
        "swe7" => Patch(Patch(Identity(128) + Holes(128), 0x5b, "ÄÖÅÜ"), 0x40, "É") is var t ? Patch(Patch(t, 0x60, "é"), 0x7b, "äöåü") : t,
        "dec8" => Dec8(),
        "hp8" => Identity(161)
            + "ÀÂÈÊËÎÏ´ˋˆ¨˜ÙÛ₤¯Ýý°ÇçÑñ¡¿¤£¥§ƒ¢âêôûáéóúàèòùäëöüÅîØÆåíøæÄìÖÜÉïßÔÁÃãÐðÍÌÓÒÕõŠšÚŸÿÞþ·µ¶¾—¼½ªº«■»±" + Holes(1),
        "keybcs2" => Identity(128) + "ČüéďäĎŤčěĚĹÍľĺÄÁÉžŽôöÓůÚýÖÜŠĽÝŘťáíóúňŇŮÔšřŕŔ¼§«»" + Box + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
        "armscii8" => Armscii8(),
        "geostd8" => Geostd8(),
        _ => Identity(128) + Holes(128),
    };

    private static string Dec8()
    {
        var table = Identity(256).ToCharArray();
        foreach (var hole in (ReadOnlySpan<byte>)[0xa4, 0xa6, 0xac, 0xad, 0xae, 0xaf, 0xb4, 0xb8, 0xbe, 0xd0, 0xde, 0xf0, 0xfe, 0xff])
        {
            table[hole] = SingleByteEncoding.Hole;
        }

        (table[0xa8], table[0xd7], table[0xdd], table[0xf7], table[0xfd]) = ('¤', 'Œ', 'Ÿ', 'œ', 'ÿ');
        return new string(table);
    }

    private static string Armscii8()
    {
        // From b2 on, capital and small letters alternate.
        var letters = new char[76];
        for (var i = 0; i < 38; i++)
        {
            letters[2 * i] = (char)(0x531 + i);
            letters[(2 * i) + 1] = (char)(0x561 + i);
        }

        return Identity(161) + "❁§։)(»«—.՝,-֊…՜՛՞" + new string(letters) + "ՙ'";
    }

    private static string Geostd8() => Identity(128)
        + "€\uffff‚\uffff„…†‡\uffff‰\uffff‹\uffff\uffff\uffff\uffff\uffff‘’“”•–—\uffff\uffff\uffff›\uffff\uffff\uffff\uffff"
        + Identity(192)[160..] + "აბგდევზჱთიკლმნჲოპჟრსტჳუფქღყშჩცძწჭხჴჯჰჵ" + Holes(23) + "№\uffff\uffff";

    private static string Identity(int length) => string.Create(length, 0, static (span, _) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = (char)i;
        }
    });

    private static string Holes(int count) => new(SingleByteEncoding.Hole, count);

    private static string Patch(string table, int at, string characters)
        => string.Concat(table.AsSpan(0, at), characters, table.AsSpan(at + characters.Length));
}
