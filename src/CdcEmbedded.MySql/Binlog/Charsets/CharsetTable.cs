using System.Collections.Frozen;

namespace CdcEmbedded.MySql.Binlog.Charsets;

/// <summary>The character sets of MySQL 5.6 to 9.7 and MariaDB 10.2 to 11.8, and the character set of each collation
/// number (SHOW COLLATION).</summary>
internal static class CharsetTable
{
    private static readonly Charset[] All =
    [
        new("ascii", 1, CharsetForm.Utf8), new("utf8mb3", 3, CharsetForm.Utf8), new("utf8mb4", 4, CharsetForm.Utf8),
        new("binary", 1, CharsetForm.Binary), new("ucs2", 2, CharsetForm.Utf16BigEndian), new("utf16", 4, CharsetForm.Utf16BigEndian),
        new("utf16le", 4, CharsetForm.Utf16LittleEndian), new("utf32", 4, CharsetForm.Utf32BigEndian),
        new("gb18030", 4, CharsetForm.Gb18030),
        .. OfTables(3, "ujis", "eucjpms"),
        .. OfTables(2, "big5", "sjis", "euckr", "gb2312", "gbk", "cp932"),
        .. OfTables(1, "dec8", "cp850", "hp8", "koi8r", "latin1", "latin2", "swe7", "hebrew", "tis620", "koi8u", "greek",
            "cp1250", "latin5",
            "armscii8", "cp866", "keybcs2", "macce", "macroman", "cp852", "latin7", "cp1251", "cp1256", "cp1257", "geostd8"),
    ];

    // First and last collation of each run. The number of a MariaDB NOPAD collation is 1,024 above that of the collation it derives from.
    private static readonly (int First, int Last, string Name)[] Collations =
    [
        (1, 1, "big5"), (2, 2, "latin2"), (3, 3, "dec8"), (4, 4, "cp850"), (5, 5, "latin1"), (6, 6, "hp8"), (7, 7, "koi8r"),
        (8, 8, "latin1"), (9, 9, "latin2"), (10, 10, "swe7"), (11, 11, "ascii"), (12, 12, "ujis"), (13, 13, "sjis"), (14, 14, "cp1251"),
        (15, 15, "latin1"), (16, 16, "hebrew"), (18, 18, "tis620"), (19, 19, "euckr"), (20, 20, "latin7"), (21, 21, "latin2"),
        (22, 22, "koi8u"), (23, 23, "cp1251"), (24, 24, "gb2312"), (25, 25, "greek"), (26, 26, "cp1250"), (27, 27, "latin2"),
        (28, 28, "gbk"), (29, 29, "cp1257"), (30, 30, "latin5"), (31, 31, "latin1"), (32, 32, "armscii8"), (33, 33, "utf8mb3"),
        (34, 34, "cp1250"), (35, 35, "ucs2"), (36, 36, "cp866"), (37, 37, "keybcs2"), (38, 38, "macce"), (39, 39, "macroman"),
        (40, 40, "cp852"), (41, 42, "latin7"), (43, 43, "macce"), (44, 44, "cp1250"), (45, 46, "utf8mb4"), (47, 49, "latin1"),
        (50, 52, "cp1251"), (53, 53, "macroman"), (54, 55, "utf16"), (56, 56, "utf16le"), (57, 57, "cp1256"), (58, 59, "cp1257"),
        (60, 61, "utf32"), (62, 62, "utf16le"), (63, 63, "binary"), (64, 64, "armscii8"), (65, 65, "ascii"), (66, 66, "cp1250"),
        (67, 67, "cp1256"), (68, 68, "cp866"), (69, 69, "dec8"), (70, 70, "greek"), (71, 71, "hebrew"), (72, 72, "hp8"),
        (73, 73, "keybcs2"), (74, 74, "koi8r"), (75, 75, "koi8u"), (76, 76, "utf8mb3"), (77, 77, "latin2"), (78, 78, "latin5"),
        (79, 79, "latin7"), (80, 80, "cp850"), (81, 81, "cp852"), (82, 82, "swe7"), (83, 83, "utf8mb3"), (84, 84, "big5"),
        (85, 85, "euckr"), (86, 86, "gb2312"), (87, 87, "gbk"), (88, 88, "sjis"), (89, 89, "tis620"), (90, 90, "ucs2"),
        (91, 91, "ujis"), (92, 93, "geostd8"), (94, 94, "latin1"), (95, 96, "cp932"), (97, 98, "eucjpms"), (99, 99, "cp1250"),
        (101, 127, "utf16"), (128, 159, "ucs2"), (160, 191, "utf32"), (192, 223, "utf8mb3"), (224, 247, "utf8mb4"),
        (248, 250, "gb18030"), (255, 323, "utf8mb4"), (576, 607, "utf8mb3"), (608, 639, "utf8mb4"), (640, 671, "ucs2"),
        (672, 735, "utf16"), (736, 767, "utf32"), (2048, 2303, "utf8mb3"), (2304, 2559, "utf8mb4"), (2560, 2815, "ucs2"),
        (2816, 3071, "utf16"), (3072, 3327, "utf32"),
    ];

    private static readonly FrozenDictionary<string, Charset> Names = All.ToFrozenDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
    private static readonly Charset?[] OfNumber = MakeNumbers();

    public static Charset? OfCollation(int collation) => (uint)collation < (uint)OfNumber.Length ? OfNumber[collation] : null;

    public static Charset? ByName(string name)
        => Names.GetValueOrDefault(string.Equals(name, "utf8", StringComparison.OrdinalIgnoreCase) ? "utf8mb3" : name);

    /// <summary>Returns any collation of the character set, for columns whose definition names only the set.</summary>
    public static int AnyCollation(Charset charset)
    {
        foreach (var (first, _, name) in Collations)
        {
            if (name == charset.Name)
            {
                return first;
            }
        }

        return 0;
    }

    private static IEnumerable<Charset> OfTables(int maxLength, params string[] names)
        => names.Select(name => new Charset(name, maxLength, CharsetForm.Table));

    private static Charset?[] MakeNumbers()
    {
        const int noPad = 1024;
        var result = new Charset?[3328];
        foreach (var (first, last, name) in Collations)
        {
            for (var i = first; i <= last; i++)
            {
                result[i] = Names[name];
                if (i < noPad)
                {
                    result[i + noPad] = Names[name];
                }
            }
        }

        return result;
    }
}
