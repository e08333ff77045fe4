namespace CdcEmbedded.MySql.Compression;

/// <summary>One of the three kinds of codes of a sequence: what each code stands for and its table where a block brings none
/// (RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2).</summary>
internal sealed class SequenceCodes
{
    private SequenceCodes(string name, int maxLog, uint[] bases, byte[] extraBits, short[] defaultCounts, int defaultLog)
    {
        Name = name;
        MaxLog = maxLog;
        Bases = bases;
        ExtraBits = extraBits;
        Predefined = new SequenceTable();
        Predefined.Build(this, defaultCounts, defaultLog);
    }

    public static SequenceCodes LiteralLengths { get; } = new("literal length", 9,
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384,
            32768, 65536],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6);

    public static SequenceCodes MatchLengths { get; } = new("match length", 9,
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43,
            47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9,
            10, 11, 12, 13, 14, 15, 16],
        [1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            -1, -1, -1, -1, -1, -1, -1], 6);

    public static SequenceCodes Offsets { get; } = new("offset", 8, OffsetBases(), OffsetBits(),
        [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1], 5);

    public string Name { get; }

    public int MaxLog { get; }

    /// <summary>What each code stands for, to which its extra bits are added.</summary>
    public uint[] Bases { get; }

    public byte[] ExtraBits { get; }

    public SequenceTable Predefined { get; }

    /// <summary>Offset code n stands for 2^n and has n extra bits; 31 is the largest that any decoder need know.</summary>
    private static uint[] OffsetBases()
    {
        var bases = new uint[32];
        for (var i = 0; i < bases.Length; i++)
        {
            bases[i] = 1u << i;
        }

        return bases;
    }

    private static byte[] OffsetBits()
    {
        var bits = new byte[32];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = (byte)i;
        }

        return bits;
    }
}
