using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>An ObjectId: 4 bytes of seconds, 5 random bytes, a counter of 3 bytes; big-endian, so that bytes order like time.</summary>
/// <param name="Seconds">The first four bytes.</param>
/// <param name="Rest">The other eight.</param>
public readonly record struct DocId(uint Seconds, ulong Rest) : IComparable<DocId>
{
    private static readonly ulong _process = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8)) & 0xFFFFFFFFFF000000;
    private static int _counter;

    /// <summary>A new id of this process.</summary>
    public static DocId Create(DateTimeOffset now) =>
        new((uint)now.ToUnixTimeSeconds(), _process | ((uint)Interlocked.Increment(ref _counter) & 0xFFFFFF));

    /// <summary>Reads 12 bytes.</summary>
    public static DocId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]));

    /// <summary>The 12 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Seconds);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(4), Rest);
        return bytes;
    }

    /// <inheritdoc/>
    public int CompareTo(DocId other) => Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Rest.CompareTo(other.Rest);

    /// <inheritdoc/>
    public override string ToString() => Convert.ToHexStringLower(ToBytes());

    /// <summary>True if one id orders before another.</summary>
    public static bool operator <(DocId left, DocId right) => left.CompareTo(right) < 0;

    /// <summary>True if one id orders after another.</summary>
    public static bool operator >(DocId left, DocId right) => left.CompareTo(right) > 0;

    /// <summary>True if one id orders before another or equals it.</summary>
    public static bool operator <=(DocId left, DocId right) => left.CompareTo(right) <= 0;

    /// <summary>True if one id orders after another or equals it.</summary>
    public static bool operator >=(DocId left, DocId right) => left.CompareTo(right) >= 0;
}
