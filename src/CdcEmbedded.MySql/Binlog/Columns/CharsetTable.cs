using System.Collections.Frozen;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>Maps collation numbers to character sets (SHOW COLLATION of MySQL 5.6 to 9.7 and MariaDB 10.2 to 11.8), and character sets to
/// the .NET code pages that decode them.</summary>
internal static class CharsetTable
{
    public const int Utf8 = 65001;
    public const int Binary = 0;

    /// <summary>.NET has no code page for the set: <see cref="SingleByteTables"/> holds its table.</summary>
    public const int Own = -1;

    // ascii is a subset of UTF-8 and decodes as such; latin1 is Windows-1252 in MySQL, whose five holes are control characters.
    private static readonly Charset[] All =
    [
        new("big5", 2, 950), new("dec8", 1, Own), new("cp850", 1, 850), new("hp8", 1, Own), new("koi8r", 1, 20866),
        new("latin1", 1, 1252), new("latin2", 1, 28592), new("swe7", 1, Own), new("ascii", 1, Utf8), new("ujis", 3, 20932),
        new("sjis", 2, 932), new("hebrew", 1, 28598), new("tis620", 1, 874), new("euckr", 2, 949), new("koi8u", 1, 21866),
        new("gb2312", 2, 936), new("greek", 1, 28597), new("cp1250", 1, 1250), new("gbk", 2, 936), new("latin5", 1, 28599),
        new("armscii8", 1, Own), new("utf8mb3", 3, Utf8), new("ucs2", 2, 1201), new("cp866", 1, 866), new("keybcs2", 1, Own),
        new("macce", 1, 10029), new("macroman", 1, 10000), new("cp852", 1, 852), new("latin7", 1, 28603), new("utf8mb4", 4, Utf8),
        new("cp1251", 1, 1251), new("utf16", 4, 1201), new("utf16le", 4, 1200), new("cp1256", 1, 1256), new("cp1257", 1, 1257),
        new("utf32", 4, 12001), new("binary", 1, Binary), new("geostd8", 1, Own), new("cp932", 2, 932), new("eucjpms", 3, 20932),
        new("gb18030", 4, 54936),
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
