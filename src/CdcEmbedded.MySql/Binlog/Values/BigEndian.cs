using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>Reads numbers of any width, most significant byte first.</summary>
internal static class BigEndian
{
    /// <summary>Reads a number of 1 to 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ReadOnlySpan<byte> bytes)
    {
        // Two reads that overlap, instead of one for each byte.
        var length = bytes.Length;
        if (length >= 4)
        {
            ulong first = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            return (first << (8 * (length - 4))) | BinaryPrimitives.ReadUInt32BigEndian(bytes[(length - 4)..]);
        }

        ulong end = bytes[length - 1];
        return length == 1 ? end : ((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << (8 * (length - 2))) | end;
    }
}
