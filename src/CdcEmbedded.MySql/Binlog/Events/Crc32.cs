using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>The CRC-32 of zlib (polynomial 0x04C11DB7, reflected), as in the last 4 bytes of an event.</summary>
/// <remarks>System.IO.Hashing is a package, so it is written here: by carry-less multiplication where the processor has it, else the
/// ARM instruction, else eight tables ("slicing by 8").</remarks>
internal static class Crc32
{
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        if (ArmCrc32.Arm64.IsSupported)
        {
            return ~ComputeArm(uint.MaxValue, bytes);
        }

        var crc = uint.MaxValue;
        if (bytes.Length >= 64 && Pclmulqdq.IsSupported && Sse41.IsSupported)
        {
            var folded = bytes.Length & ~15;
            crc = Fold(crc, bytes[..folded]);
            bytes = bytes[folded..];
        }

        return ~ComputeTables(crc, bytes);
    }

    /// <summary>Goes on with the tables alone; <paramref name="crc"/> and the result are the register, not inverted.</summary>
    internal static uint ComputeTables(uint crc, ReadOnlySpan<byte> bytes)
    {
        var t = Tables.AsSpan(0, 8 * 256);
        while (bytes.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[(7 * 256) + (byte)low] ^ t[(6 * 256) + (byte)(low >> 8)] ^ t[(5 * 256) + (byte)(low >> 16)]
                ^ t[(4 * 256) + (int)(low >> 24)]
                ^ t[(3 * 256) + (byte)high] ^ t[(2 * 256) + (byte)(high >> 8)] ^ t[256 + (byte)(high >> 16)] ^ t[(int)(high >> 24)];
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            crc = (crc >> 8) ^ t[(byte)(crc ^ b)];
        }

        return crc;
    }

    /// <summary>V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ" (Intel, 2009), reflected form: four lanes
    /// of 128 bits are folded over 64 bytes at a time, then into one, then reduced. The constants are x^n mod P of that paper.</summary>
    /// <param name="crc">The register.</param>
    /// <param name="bytes">At least 64, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Fold(uint crc, ReadOnlySpan<byte> bytes)
    {
        var k1k2 = Vector128.Create(0x01_5444_2bd4UL, 0x01_c6e4_1596UL);
        var k3k4 = Vector128.Create(0x01_7519_97d0UL, 0x00_ccaa_009eUL);

        var x0 = Load(bytes, 0) ^ Vector128.CreateScalar(crc).AsUInt64();
        var x1 = Load(bytes, 16);
        var x2 = Load(bytes, 32);
        var x3 = Load(bytes, 48);
        bytes = bytes[64..];
        while (bytes.Length >= 64)
        {
            x0 = FoldLane(x0, k1k2, Load(bytes, 0));
            x1 = FoldLane(x1, k1k2, Load(bytes, 16));
            x2 = FoldLane(x2, k1k2, Load(bytes, 32));
            x3 = FoldLane(x3, k1k2, Load(bytes, 48));
            bytes = bytes[64..];
        }

        x0 = FoldLane(x0, k3k4, x1);
        x0 = FoldLane(x0, k3k4, x2);
        x0 = FoldLane(x0, k3k4, x3);
        while (bytes.Length >= 16)
        {
            x0 = FoldLane(x0, k3k4, Load(bytes, 0));
            bytes = bytes[16..];
        }

        return Reduce(x0, k3k4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ReadOnlySpan<byte> bytes, int offset) => Vector128.Create(bytes.Slice(offset, 16)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> FoldLane(Vector128<ulong> x, Vector128<ulong> k, Vector128<ulong> next)
        => Pclmulqdq.CarrylessMultiply(x, k, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, k, 0x11) ^ next;

    private static uint Reduce(Vector128<ulong> x, Vector128<ulong> k3k4)
    {
        var low32 = Vector128.Create(0xffff_ffffUL, 0xffff_ffffUL);
        var k5 = Vector128.CreateScalar(0x01_63cd_6124UL);
        var poly = Vector128.Create(0x01_db71_0641UL, 0x01_f701_1641UL);

        // 128 to 96, to 64 bits, then Barrett.
        x = Pclmulqdq.CarrylessMultiply(x, k3k4, 0x10) ^ Sse2.ShiftRightLogical128BitLane(x, 8);
        x = Pclmulqdq.CarrylessMultiply(x & low32, k5, 0x00) ^ Sse2.ShiftRightLogical128BitLane(x, 4);
        var q = Pclmulqdq.CarrylessMultiply(x & low32, poly, 0x10) & low32;
        return (Pclmulqdq.CarrylessMultiply(q, poly, 0x00) ^ x).AsUInt32().GetElement(1);
    }

    private static uint ComputeArm(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = ArmCrc32.Arm64.ComputeCrc32(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            crc = ArmCrc32.ComputeCrc32(crc, b);
        }

        return crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320);
            }

            tables[i] = crc;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        }

        return tables;
    }
}
