using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Writes MySQL's binary JSON: null, bool, long, double, string, <see cref="List{T}"/>
/// of values, <see cref="KeyedValues"/>.</summary>
internal static class BinaryJsonWriter
{
    /// <summary>Writes a document, in the small form if it fits and the large one is not requested.</summary>
    public static byte[] Document(object? value, bool large = false)
    {
        var (type, bytes) = Write(value, large);
        return [type, .. bytes];
    }

    private static (byte Type, byte[] Bytes) Write(object? value, bool large) => value switch
    {
        null => (4, [0]),
        bool b => (4, [b ? (byte)1 : (byte)2]),
        long n when n is >= short.MinValue and <= short.MaxValue => (5, BitConverter.GetBytes((short)n)),
        long n when n is >= int.MinValue and <= int.MaxValue => (7, BitConverter.GetBytes((int)n)),
        long n => (9, BitConverter.GetBytes(n)),
        double d => (11, BitConverter.GetBytes(d)),
        string s => (12, Sized(Encoding.UTF8.GetBytes(s))),
        List<object?> array => Container(null, array, large, 2),
        KeyedValues map => Container([.. map.Keys.Select(Encoding.UTF8.GetBytes)], [.. map.Values], large, 0),
        _ => throw new ArgumentException(value.GetType().Name),
    };

    private static byte[] Sized(byte[] bytes)
    {
        var result = new List<byte>();
        var length = bytes.Length;
        for (; length > 127; length >>= 7)
        {
            result.Add((byte)(length | 0x80));
        }

        return [.. result, (byte)length, .. bytes];
    }

    private static (byte Type, byte[] Bytes) Container(List<byte[]>? keys, List<object?> values, bool large, byte type)
    {
        var small = large ? null : TryContainer(keys, values, false);
        return small is not null ? (type, small)
            : ((byte)(type + 1), TryContainer(keys, values, true) ?? throw new InvalidOperationException());
    }

    private static byte[]? TryContainer(List<byte[]>? keys, List<object?> values, bool wide)
    {
        var width = wide ? 4 : 2;
        var table = new List<byte>();
        var tail = new List<byte>();
        var at = (2 * width) + ((keys?.Count ?? 0) * (width + 2)) + (values.Count * (width + 1));
        foreach (var key in keys ?? [])
        {
            table.AddRange(Number(at + tail.Count, wide));
            table.AddRange(BitConverter.GetBytes((ushort)key.Length));
            tail.AddRange(key);
        }

        foreach (var value in values)
        {
            var (type, bytes) = Write(value, wide);
            table.Add(type);
            if (type is 4 or 5 || (wide && type == 7))
            {
                table.AddRange(bytes.Concat(new byte[4]).Take(width));
            }
            else
            {
                table.AddRange(Number(at + tail.Count, wide));
                tail.AddRange(bytes);
            }
        }

        var size = at + tail.Count;
        return size > ushort.MaxValue && !wide ? null : [.. Number(values.Count, wide), .. Number(size, wide), .. table, .. tail];
    }

    private static byte[] Number(int number, bool wide)
    {
        var bytes = new byte[wide ? 4 : 2];
        if (wide)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)number);
        }

        return bytes;
    }
}
