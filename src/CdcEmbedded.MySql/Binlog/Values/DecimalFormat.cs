using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>DECIMAL in the server's storage form (strings/decimal.cc, decimal2bin).</summary>
/// <remarks>Big-endian groups of nine digits in four bytes; the first group before the point and the last one after it may have fewer
/// digits and bytes. The top bit is the inverted sign; all bits of a negative number are inverted.</remarks>
internal static class DecimalFormat
{
    public const int MaxPrecision = 65;
    public const int MaxScale = 38;
    public const int SmallPrecision = 18;
    internal const int GroupDigits = 9;

    /// <summary>Number of bytes of a group of 0 to 9 digits.</summary>
    internal static ReadOnlySpan<byte> BytesOfDigits => [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

    private static readonly uint[] PowersOfTen = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    /// <summary>Returns the number of bytes of each value of DECIMAL(precision, scale).</summary>
    public static int ByteLength(int precision, int scale)
    {
        var whole = precision - scale;
        return (whole / GroupDigits * 4) + BytesOfDigits[whole % GroupDigits]
            + (scale / GroupDigits * 4) + BytesOfDigits[scale % GroupDigits];
    }

    /// <summary>Reads a value.</summary>
    /// <param name="bytes">Exactly <see cref="ByteLength"/> bytes.</param>
    /// <param name="precision">1 to 65.</param>
    /// <param name="scale">0 to 30 (38 on MariaDB), at most the precision.</param>
    /// <exception cref="CdcProtocolException">A group is too large for its number of digits.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DataValue Read(ReadOnlySpan<byte> bytes, int precision, int scale)
    {
        var negative = (bytes[0] & 0x80) == 0;
        var flip = negative ? uint.MaxValue : 0;
        var whole = precision - scale;
        if (precision <= SmallPrecision)
        {
            var small = ReadSmall(bytes, whole, scale, flip);
            return DataValue.FromDecimal(small, 0, negative, (byte)scale);
        }

        if (precision <= 38)
        {
            var middle = ReadMiddle(bytes, whole, scale, flip);
            if (scale <= 28 && middle >> 96 == 0)
            {
                return DataValue.FromDecimal((ulong)middle, (uint)(middle >> 64), negative, (byte)scale);
            }

            return FromBig(middle, scale, negative);
        }

        return FromBig(ReadBig(bytes, whole, scale, flip), scale, negative);
    }

    /// <summary>Reads a value of a column of at most 18 digits; false for wider ones, which <see cref="Read"/> reads, and for damaged
    /// ones, which it refuses.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryReadSmall(byte[] buffer, int offset, int length, int precision, int scale, out decimal value)
    {
        var isSmall = TryReadMagnitude(buffer, offset, length, precision, scale, out var magnitude, out var negative);
        value = isSmall ? new decimal((int)magnitude, (int)(magnitude >> 32), 0, negative, (byte)scale) : 0;
        return isSmall;
    }

    /// <summary>Reads the digits, as one number, and the sign of a value of a column of at most 18 digits; false for wider and for damaged
    /// ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadMagnitude(byte[] buffer, int offset, int length, int precision, int scale, out ulong magnitude,
        out bool isNegative)
    {
        magnitude = 0;
        isNegative = (buffer[offset] & 0x80) == 0;
        var whole = precision - scale;
        return whole <= GroupDigits && scale <= GroupDigits
            ? TryReadTwoGroups(buffer, offset, length, whole, scale, isNegative, out magnitude)
            : precision <= SmallPrecision && TryReadGroups(buffer, offset, length, whole, scale, isNegative, out magnitude);
    }

    // Not in the method above, where the try block would keep the values of every narrow column on the stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReadGroups(byte[] buffer, int offset, int length, int whole, int scale, bool isNegative, out ulong magnitude)
    {
        magnitude = 0;
        try
        {
            magnitude = ReadSmall(buffer.AsSpan(offset, length), whole, scale, isNegative ? uint.MaxValue : 0);
            return true;
        }
        catch (CdcProtocolException)
        {
            // The caller takes the way that says where it is.
            return false;
        }
    }

    private static DataValue FromBig(BigInteger magnitude, int scale, bool negative)
        => DataValue.FromDecimal(new BigDecimal(negative ? -magnitude : magnitude, scale));

    // Most columns are this narrow: one multiplication per group, and no state between groups.
    private static ulong ReadSmall(ReadOnlySpan<byte> bytes, int whole, int scale, uint flip)
    {
        ulong value = 0;
        var lead = whole % GroupDigits;
        var sign = 0x80u;
        if (lead > 0)
        {
            value = TakeGroup(ref bytes, lead, flip, ref sign);
        }

        for (var groups = (whole / GroupDigits) + (scale / GroupDigits); groups > 0; groups--)
        {
            value = (value * 1_000_000_000) + TakeGroup(ref bytes, GroupDigits, flip, ref sign);
        }

        var last = scale % GroupDigits;
        return last == 0 ? value : (value * PowersOfTen[last]) + TakeGroup(ref bytes, last, flip, ref sign);
    }

    // One group before the point and one after it have 8 bytes at most, which are read as one number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadTwoGroups(byte[] buffer, int offset, int length, int whole, int scale, bool isNegative, out ulong magnitude)
    {
        var bits = 8 * length;
        var fractionBits = 8 * BytesOfDigits[scale];
        var number = BigEndian.Read(buffer, offset, length) ^ (1UL << (bits - 1));
        number = isNegative ? number ^ (ulong.MaxValue >> (64 - bits)) : number;
        var fraction = (uint)(number & ((1UL << fractionBits) - 1));
        var integer = (uint)(number >> fractionBits);
        var unit = PowersOfTen[scale];
        magnitude = ((ulong)integer * unit) + fraction;
        return integer < PowersOfTen[whole] && fraction < unit;
    }

    private static uint TakeGroup(ref ReadOnlySpan<byte> bytes, int digits, uint flip, ref uint sign)
    {
        var length = BytesOfDigits[digits];
        var group = length switch
        {
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes) ^ flip ^ (sign << 24),
            3 => ((uint)((bytes[0] << 16) | (bytes[1] << 8) | bytes[2]) ^ (flip & 0xff_ffff)) ^ (sign << 16),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(bytes) ^ (flip & 0xffff)) ^ (sign << 8),
            _ => bytes[0] ^ (flip & 0xff) ^ sign,
        };
        sign = 0;
        bytes = bytes[length..];
        return group < PowersOfTen[digits] ? group : throw TooManyDigits(group, digits);
    }

    private static CdcProtocolException TooManyDigits(uint group, int digits) =>
        new($"A DECIMAL holds a group that does not fit in its {digits} digits.");

    private static UInt128 ReadMiddle(ReadOnlySpan<byte> bytes, int whole, int scale, uint flip)
    {
        var groups = new GroupReader(bytes, whole, scale, flip);
        UInt128 value = 0;
        while (groups.Next(out var digits, out var group))
        {
            value = (value * PowersOfTen[digits]) + group;
        }

        return value;
    }

    private static BigInteger ReadBig(ReadOnlySpan<byte> bytes, int whole, int scale, uint flip)
    {
        var groups = new GroupReader(bytes, whole, scale, flip);
        var value = BigInteger.Zero;
        while (groups.Next(out var digits, out var group))
        {
            value = (value * PowersOfTen[digits]) + group;
        }

        return value;
    }

    private ref struct GroupReader
    {
        private readonly uint _flip;
        private ReadOnlySpan<byte> _bytes;
        private uint _sign = 0x80;
        private int _whole;
        private int _scale;

        public GroupReader(ReadOnlySpan<byte> bytes, int whole, int scale, uint flip)
        {
            _bytes = bytes;
            _whole = whole;
            _scale = scale;
            _flip = flip;
        }

        public bool Next(out int digits, out uint group)
        {
            group = 0;
            if (_whole > 0)
            {
                digits = _whole % GroupDigits is 0 ? GroupDigits : _whole % GroupDigits;
                _whole -= digits;
            }
            else
            {
                digits = Math.Min(_scale, GroupDigits);
                _scale -= digits;
                if (digits == 0)
                {
                    return false;
                }
            }

            group = TakeGroup(ref _bytes, digits, _flip, ref _sign);
            return true;
        }
    }
}
