using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Compression;

/// <summary>Reads a bit stream from its end to its begin (RFC 8878, 4.1): the last byte's highest one bit marks the end, the bits under it are
/// read first.</summary>
/// <remarks>Up to 57 bits may be read between two calls of <see cref="Refill"/>. Bits before the begin read as zeros and make
/// <see cref="Remaining"/> negative; whoever reads checks that once, when done.</remarks>
internal ref struct ReverseBits
{
    private readonly ReadOnlySpan<byte> _bytes;
    private ulong _bits;
    private int _consumed;
    private int _position;

    public ReverseBits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[^1] == 0)
        {
            ZstdError.Throw("a bit stream has no end mark");
        }

        _bytes = bytes;
        _consumed = BitOperations.LeadingZeroCount((uint)bytes[^1]) - 24 + 1;
        _position = bytes.Length - 8;
        _bits = Load(bytes, _position);
    }

    /// <summary>Bits not read yet; negative when more were read than there are.</summary>
    public readonly int Remaining => (_position * 8) + 64 - _consumed;

    /// <summary>The next bits, without passing over them.</summary>
    /// <param name="count">1 to 57.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Peek(int count) => (int)((_bits << _consumed) >> (64 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count) => _consumed += count;

    /// <summary>Reads bits as a number.</summary>
    /// <param name="count">0 to 31.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Read(int count)
    {
        // Two shifts, as one by 64 would shift by none.
        var value = (uint)((_bits << _consumed) >> 1 >> (63 - count));
        _consumed += count;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        _position -= _consumed >> 3;
        _consumed &= 7;
        _bits = _position >= 0 ? BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_position..]) : Load(_bytes, _position);
    }

    /// <summary>The eight bytes from a position on, zeros where it is negative.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Load(ReadOnlySpan<byte> bytes, int position)
    {
        ulong bits = 0;
        for (var i = Math.Max(position, 0); i < position + 8; i++)
        {
            bits |= (ulong)bytes[i] << (8 * (i - position));
        }

        return bits;
    }
}
