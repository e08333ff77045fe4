using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>Makes strings of text that is ASCII, as most is, without a decoder.</summary>
internal static class AsciiText
{
    private const ulong HighBits = 0x8080_8080_8080_8080;

    /// <summary>Returns the text; null if it is not ASCII.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string? TryRead(ReadOnlySpan<byte> bytes) => IsAscii(bytes) ? Encoding.Latin1.GetString(bytes) : null;

    // Most texts are short. Two reads that overlap see all of one, which costs less than the call of the method for texts of any length.
    private static bool IsAscii(ReadOnlySpan<byte> bytes)
    {
        var length = bytes.Length;
        if (length is >= 16 and <= 32)
        {
            return (Vector128.Create(bytes) | Vector128.Create(bytes[(length - 16)..])).ExtractMostSignificantBits() == 0;
        }

        if (length is >= 8 and < 16)
        {
            return ((BinaryPrimitives.ReadUInt64LittleEndian(bytes) | BinaryPrimitives.ReadUInt64LittleEndian(bytes[(length - 8)..]))
                & HighBits) == 0;
        }

        return Ascii.IsValid(bytes);
    }
}
