namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// What a KeyString does not keep of its values' types: 2 bits for each number, 1 for each string (key_string.h, <c>TypeBits</c>). All zero
/// for int32 and strings; a token carries the others as <c>_typeBits</c>.
/// </summary>
internal sealed class TypeBits
{
    private const int OneByte = 7;
    private readonly List<bool> _bits = [];

    public bool AllZero => !_bits.Contains(true);

    public void String() => _bits.Add(false);

    public void Symbol() => _bits.Add(true);

    public void Number(object number)
    {
        (bool low, bool high) = number switch
        {
            int => (false, false),
            long => (true, false),
            double => (false, true),
            _ => (true, true),
        };
        _bits.Add(low);
        _bits.Add(high);
    }

    /// <summary>One byte where seven bits are enough, else a byte with the length and the bits.</summary>
    public byte[] ToBytes()
    {
        int used = _bits.LastIndexOf(true) + 1;
        if (used <= OneByte)
        {
            return Pack(1);
        }

        int length = (used + 7) / 8;
        return [(byte)(0x80 | length), .. Pack(length)];
    }

    private byte[] Pack(int length)
    {
        var bytes = new byte[length];
        for (int i = 0; i < Math.Min(_bits.Count, length * 8); i++)
        {
            bytes[i / 8] |= _bits[i] ? (byte)(1 << (i % 8)) : (byte)0;
        }

        return bytes;
    }
}
