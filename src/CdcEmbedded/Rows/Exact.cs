using System.Numerics;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Rows;

/// <summary>The conversions of values to CLR types. Each is exact: a number that would lose a digit, and a date that a type cannot hold,
/// do not convert.</summary>
internal static partial class Exact
{
    // Integers up to this are exact in a double.
    private const long LargestInDouble = 1L << 53;

    public readonly struct Boolean : IExact<bool>
    {
        public static string TypeName => "bool";

        // MySQL's BOOL is TINYINT(1), which holds more than two values: others are no truth values.
        public static bool TryConvert(in DataValue value, out bool result)
        {
            var isTruth = value.Kind is ValueKind.Boolean or ValueKind.Int64 or ValueKind.UInt64 && TryInt64(value, out var number)
                && number is 0 or 1;
            result = isTruth && value.AsBoolean();
            return isTruth;
        }

        public static bool TryRead(RecordSet set, int record, int field, out bool result)
        {
            var isTruth = set.TryReadInt64(record, field, out var number) && number is 0 or 1;
            result = number == 1;
            return isTruth;
        }
    }

    public readonly struct Int64 : IExact<long>
    {
        public static string TypeName => "long";

        public static bool TryConvert(in DataValue value, out long result) => TryInt64(value, out result);

        public static bool TryRead(RecordSet set, int record, int field, out long result) => set.TryReadInt64(record, field, out result);
    }

    public readonly struct UInt64 : IExact<ulong>
    {
        public static string TypeName => "ulong";

        public static bool TryConvert(in DataValue value, out ulong result)
        {
            if (value.Kind is ValueKind.UInt64 or ValueKind.Set)
            {
                result = value.AsUInt64();
                return true;
            }

            if (value.Kind is ValueKind.Decimal or ValueKind.Decimal128)
            {
                result = 0;
                return TryWhole(value, out var whole) && Fits(whole, out result);
            }

            var fits = TryInt64(value, out var number) && number >= 0;
            result = fits ? (ulong)number : 0;
            return fits;
        }

        private static bool Fits(BigInteger whole, out ulong result)
        {
            var fits = whole >= ulong.MinValue && whole <= ulong.MaxValue;
            result = fits ? (ulong)whole : 0;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out ulong result)
        {
            var fits = set.TryReadInt64(record, field, out var number) && number >= 0;
            result = fits ? (ulong)number : 0;
            return fits;
        }
    }

    public readonly struct Single : IExact<float>
    {
        public static string TypeName => "float";

        public static bool TryConvert(in DataValue value, out float result)
        {
            if (value.Kind == ValueKind.Single)
            {
                result = value.AsSingle();
                return true;
            }

            var converts = Double.TryConvert(value, out var number);
            result = (float)number;
            return converts && ((double)result).Equals(number);
        }

        public static bool TryRead(RecordSet set, int record, int field, out float result)
        {
            var isNumber = set.TryReadDouble(record, field, out var number);
            result = (float)number;
            return isNumber && ((double)result).Equals(number);
        }
    }

    public readonly struct Double : IExact<double>
    {
        public static string TypeName => "double";

        public static bool TryConvert(in DataValue value, out double result)
        {
            if (value.Kind is ValueKind.Double or ValueKind.Single)
            {
                result = value.AsDouble();
                return true;
            }

            var fits = value.Kind is ValueKind.Int64 or ValueKind.UInt64 && TryInt64(value, out var number)
                && number is >= -LargestInDouble and <= LargestInDouble;
            result = fits ? value.AsInt64() : 0;
            return fits;
        }

        public static bool TryRead(RecordSet set, int record, int field, out double result)
            => set.TryReadDouble(record, field, out result);
    }

    public readonly struct Decimal : IExact<decimal>
    {
        public static string TypeName => "decimal";

        public static bool TryConvert(in DataValue value, out decimal result)
        {
            if (value.Kind is ValueKind.Int64 or ValueKind.UInt64)
            {
                result = value.AsDecimal();
                return true;
            }

            return value.TryGetDecimal(out result);
        }

        public static bool TryRead(RecordSet set, int record, int field, out decimal result)
            => set.TryReadDecimal(record, field, out result);
    }

    public readonly struct BigDecimalValue : IExact<BigDecimal>
    {
        public static string TypeName => "BigDecimal";

        public static bool TryConvert(in DataValue value, out BigDecimal result)
        {
            result = default;
            switch (value.Kind)
            {
                case ValueKind.Decimal or ValueKind.Int64 or ValueKind.UInt64:
                    result = value.AsBigDecimal();
                    return true;
                case ValueKind.Decimal128:
                    return value.TryGetBigDecimal128(out result);
                default:
                    return false;
            }
        }
    }

    /// <summary>An integer of any kind of value that holds one exactly: a whole decimal, a whole double, the index of an ENUM.</summary>
    private static bool TryInt64(in DataValue value, out long result)
    {
        switch (value.Kind)
        {
            case ValueKind.Int64 or ValueKind.Enum or ValueKind.Boolean:
                result = value.AsInt64();
                return true;
            case ValueKind.UInt64 or ValueKind.Set:
                var bits = value.AsUInt64();
                result = (long)bits;
                return bits <= long.MaxValue;
            case ValueKind.Double or ValueKind.Single:
                var number = value.AsDouble();
                var whole = number is >= -LargestInDouble and <= LargestInDouble && Math.Truncate(number).Equals(number);
                result = whole ? (long)number : 0;
                return whole;
            case ValueKind.Decimal or ValueKind.Decimal128:
                var fits = TryWhole(value, out var big) && big >= long.MinValue && big <= long.MaxValue;
                result = fits ? (long)big : 0;
                return fits;
            default:
                result = 0;
                return false;
        }
    }

    private static bool TryWhole(in DataValue value, out BigInteger result)
    {
        result = default;
        if (!BigDecimalValue.TryConvert(value, out var number))
        {
            return false;
        }

        result = BigInteger.DivRem(number.Unscaled, BigInteger.Pow(10, number.Scale), out var rest);
        return rest.IsZero;
    }
}
