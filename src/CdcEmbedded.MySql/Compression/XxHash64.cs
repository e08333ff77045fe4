using System.Buffers.Binary;
using System.Numerics;

namespace CdcEmbedded.MySql.Compression;

/// <summary>XXH64 with seed 0 over bytes that come in pieces: the checksum of Zstandard frames (xxHash specification, "XXH64").</summary>
internal struct XxHash64
{
    private const ulong Prime1 = 11400714785074694791;
    private const ulong Prime2 = 14029467366897019727;
    private const ulong Prime3 = 1609587929392839161;
    private const ulong Prime4 = 9650029242287828579;
    private const ulong Prime5 = 2870177450012600261;
    private const int Stripe = 32;

    private readonly byte[] _held;
    private int _heldLength;
    private ulong _length;
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public XxHash64()
    {
        _held = new byte[Stripe];
        Reset();
    }

    public void Reset()
    {
        _heldLength = 0;
        _length = 0;
        _a = unchecked(Prime1 + Prime2);
        _b = Prime2;
        _c = 0;
        _d = unchecked(0 - Prime1);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        if (_heldLength > 0)
        {
            var count = Math.Min(bytes.Length, Stripe - _heldLength);
            bytes[..count].CopyTo(_held.AsSpan(_heldLength));
            _heldLength += count;
            bytes = bytes[count..];
            if (_heldLength < Stripe)
            {
                return;
            }

            AppendStripes(_held);
        }

        var whole = bytes.Length & ~(Stripe - 1);
        AppendStripes(bytes[..whole]);
        bytes[whole..].CopyTo(_held);
        _heldLength = bytes.Length - whole;
    }

    public readonly ulong Value()
    {
        unchecked
        {
            var hash = _length < Stripe ? Prime5 : BitOperations.RotateLeft(_a, 1) + BitOperations.RotateLeft(_b, 7)
                + BitOperations.RotateLeft(_c, 12) + BitOperations.RotateLeft(_d, 18);
            if (_length >= Stripe)
            {
                hash = Merge(Merge(Merge(Merge(hash, _a), _b), _c), _d);
            }

            hash += _length;
            var rest = _held.AsSpan(0, _heldLength);
            for (; rest.Length >= 8; rest = rest[8..])
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
                hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
            }

            if (rest.Length >= 4)
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1;
                hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
                rest = rest[4..];
            }

            foreach (var b in rest)
            {
                hash ^= b * Prime5;
                hash = BitOperations.RotateLeft(hash, 11) * Prime1;
            }

            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

    private static ulong Round(ulong lane, ulong input) => unchecked(BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1);

    private static ulong Merge(ulong hash, ulong lane) => unchecked(((hash ^ Round(0, lane)) * Prime1) + Prime4);

    private void AppendStripes(ReadOnlySpan<byte> bytes)
    {
        var (a, b, c, d) = (_a, _b, _c, _d);
        for (; bytes.Length >= Stripe; bytes = bytes[Stripe..])
        {
            a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
            d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
        }

        (_a, _b, _c, _d) = (a, b, c, d);
    }
}
