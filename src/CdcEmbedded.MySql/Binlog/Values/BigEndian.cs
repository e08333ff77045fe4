using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>Reads numbers of any width, most significant byte first.</summary>
internal static class BigEndian
{
    /// <summary>Reads a number of 1 to 8 bytes.</summary>
    /// <param name="buffer">Holds it. Where it has eight more bytes, all are read, and those after the number are shifted out.</param>
    /// <param name="offset">The number's first byte.</param>
    /// <param name="length">Its number of bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(byte[] buffer, int offset, int length)
        => BinaryPrimitives.TryReadUInt64BigEndian(buffer.AsSpan(offset), out var bits) ? bits >> (64 - (8 * length))
            : ReadLast(buffer, offset, length);

    // The numbers that begin in the last seven bytes of a buffer.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong ReadLast(byte[] buffer, int offset, int length)
    {
        ulong number = 0;
        foreach (var b in buffer.AsSpan(offset, length))
        {
            number = (number << 8) | b;
        }

        return number;
    }
}
