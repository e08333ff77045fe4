using CdcEmbedded.Sources;

namespace CdcEmbedded.Rows;

/// <content>Integers narrower than 64 bits.</content>
internal static partial class Exact
{
    public readonly struct SByte : IExact<sbyte>
    {
        public static string TypeName => "sbyte";

        public static bool TryConvert(in DataValue value, out sbyte result)
        {
            var fits = TryInt64(value, out var number) && number is >= sbyte.MinValue and <= sbyte.MaxValue;
            result = fits ? (sbyte)number : default;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out sbyte result)
        {
            var fits = set.TryReadInt64(record, field, out var number) && number is >= sbyte.MinValue and <= sbyte.MaxValue;
            result = fits ? (sbyte)number : default;
            return fits;
        }
    }

    public readonly struct Byte : IExact<byte>
    {
        public static string TypeName => "byte";

        public static bool TryConvert(in DataValue value, out byte result)
        {
            var fits = TryInt64(value, out var number) && number is >= byte.MinValue and <= byte.MaxValue;
            result = fits ? (byte)number : default;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out byte result)
        {
            var fits = set.TryReadInt64(record, field, out var number) && number is >= byte.MinValue and <= byte.MaxValue;
            result = fits ? (byte)number : default;
            return fits;
        }
    }

    public readonly struct Int16 : IExact<short>
    {
        public static string TypeName => "short";

        public static bool TryConvert(in DataValue value, out short result)
        {
            var fits = TryInt64(value, out var number) && number is >= short.MinValue and <= short.MaxValue;
            result = fits ? (short)number : default;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out short result)
        {
            var fits = set.TryReadInt64(record, field, out var number) && number is >= short.MinValue and <= short.MaxValue;
            result = fits ? (short)number : default;
            return fits;
        }
    }

    public readonly struct UInt16 : IExact<ushort>
    {
        public static string TypeName => "ushort";

        public static bool TryConvert(in DataValue value, out ushort result)
        {
            var fits = TryInt64(value, out var number) && number is >= ushort.MinValue and <= ushort.MaxValue;
            result = fits ? (ushort)number : default;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out ushort result)
        {
            var fits = set.TryReadInt64(record, field, out var number) && number is >= ushort.MinValue and <= ushort.MaxValue;
            result = fits ? (ushort)number : default;
            return fits;
        }
    }

    public readonly struct Int32 : IExact<int>
    {
        public static string TypeName => "int";

        public static bool TryConvert(in DataValue value, out int result)
        {
            var fits = TryInt64(value, out var number) && number is >= int.MinValue and <= int.MaxValue;
            result = fits ? (int)number : default;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out int result)
        {
            var fits = set.TryReadInt64(record, field, out var number) && number is >= int.MinValue and <= int.MaxValue;
            result = fits ? (int)number : default;
            return fits;
        }
    }

    public readonly struct UInt32 : IExact<uint>
    {
        public static string TypeName => "uint";

        public static bool TryConvert(in DataValue value, out uint result)
        {
            var fits = TryInt64(value, out var number) && number is >= uint.MinValue and <= uint.MaxValue;
            result = fits ? (uint)number : default;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out uint result)
        {
            var fits = set.TryReadInt64(record, field, out var number) && number is >= uint.MinValue and <= uint.MaxValue;
            result = fits ? (uint)number : default;
            return fits;
        }
    }
}
