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

    /// <summary>Whether one id orders before another.</summary>
    public static bool operator <(DocId left, DocId right) => left.CompareTo(right) < 0;

    /// <summary>Whether one id orders after another.</summary>
    public static bool operator >(DocId left, DocId right) => left.CompareTo(right) > 0;

    /// <summary>Whether one id orders before another or equals it.</summary>
    public static bool operator <=(DocId left, DocId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one id orders after another or equals it.</summary>
    public static bool operator >=(DocId left, DocId right) => left.CompareTo(right) >= 0;
}

/// <summary>A BSON timestamp: seconds in the upper half, an ordinal within the second in the lower.</summary>
/// <param name="Value">Both halves.</param>
public readonly record struct DocTimestamp(ulong Value) : IComparable<DocTimestamp>
{
    /// <summary>Joins seconds and ordinal.</summary>
    public DocTimestamp(uint seconds, uint ordinal)
        : this(((ulong)seconds << 32) | ordinal)
    {
    }

    /// <summary>Seconds since 1970.</summary>
    public uint Seconds => (uint)(Value >> 32);

    /// <summary>The place within the second, from 1.</summary>
    public uint Ordinal => (uint)Value;

    /// <inheritdoc/>
    public int CompareTo(DocTimestamp other) => Value.CompareTo(other.Value);

    /// <summary>Whether one time is before another.</summary>
    public static bool operator <(DocTimestamp left, DocTimestamp right) => left.Value < right.Value;

    /// <summary>Whether one time is after another.</summary>
    public static bool operator >(DocTimestamp left, DocTimestamp right) => left.Value > right.Value;

    /// <summary>Whether one time is not after another.</summary>
    public static bool operator <=(DocTimestamp left, DocTimestamp right) => left.Value <= right.Value;

    /// <summary>Whether one time is not before another.</summary>
    public static bool operator >=(DocTimestamp left, DocTimestamp right) => left.Value >= right.Value;
}

/// <summary>A UTC date in milliseconds since 1970.</summary>
/// <param name="Milliseconds">May be negative.</param>
public readonly record struct DocDate(long Milliseconds);

/// <summary>The 16 bytes of a Decimal128, which the double carries without reading them.</summary>
/// <param name="Low">The lower eight bytes.</param>
/// <param name="High">The upper eight bytes, sign and exponent among them.</param>
public readonly record struct DocDecimal(ulong Low, ulong High);

/// <summary>A regular expression.</summary>
/// <param name="Pattern">Its pattern.</param>
/// <param name="Options">Its option letters.</param>
public sealed record DocRegex(string Pattern, string Options);

/// <summary>JavaScript code.</summary>
/// <param name="Code">The source text.</param>
/// <param name="Scope">Its variables, or null for code without scope.</param>
public sealed record DocCode(string Code, Doc? Scope = null);

/// <summary>The deprecated symbol type.</summary>
/// <param name="Name">Its text.</param>
public sealed record DocSymbol(string Name);

/// <summary>The deprecated pointer to a document.</summary>
/// <param name="Namespace">The collection.</param>
/// <param name="Id">The document.</param>
public sealed record DocPointer(string Namespace, DocId Id);

/// <summary>The BSON types that have no content (null itself is C#'s null).</summary>
public enum DocMarker
{
    /// <summary>The deprecated undefined.</summary>
    Undefined,

    /// <summary>Orders before everything.</summary>
    MinKey,

    /// <summary>Orders after everything.</summary>
    MaxKey,
}
