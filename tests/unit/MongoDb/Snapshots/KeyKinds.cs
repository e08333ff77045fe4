using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Collections with different types of <c>_id</c>: for each a function that makes the key of a number.</summary>
internal static class KeyKinds
{
    /// <summary>The collections.</summary>
    public static IReadOnlyDictionary<string, Func<int, object?>> All { get; } = new Dictionary<string, Func<int, object?>>
    {
        ["objectids"] = static number => new DocId(1_700_000_000u + (uint)(number % 7), (ulong)number),
        ["numbers"] = Number,
        ["strings"] = static number => $"{(char)('Z' + (number % 40))}ö{number}\"\\",
        ["documents"] = static number => number % 3 == 0
            ? new Doc { { "b", number % 5 }, { "a", $"x{number}" } }
            : new Doc { { "a", number % 2 == 0 ? number : (double)number } },
        ["dates"] = static number => new DocDate((number - 50) * 86_400_123L),
        ["binaries"] = static number => number % 2 == 0
            ? DocBinary.Uuid(new Guid(number, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]))
            : new DocBinary((byte)(number % 3 == 0 ? 0 : 128), new byte[number % 9].Append((byte)number).ToArray()),
        ["mixed"] = Mixed,
    };

    private static object Number(int number) => (number % 4) switch
    {
        0 => number - 100,
        1 => ((long)number << 33) + number,
        2 => (number / 8.0) - 20.1,
        _ => Decimal($"{number}.{number}0"),
    };

    private static object? Mixed(int number) => number switch
    {
        0 => null,
        1 => true,
        2 => false,
        3 => DocMarker.MinKey,
        4 => DocMarker.MaxKey,
        5 => double.NaN,
        6 => double.NegativeInfinity,
        7 => Decimal("1E6000"),
        8 => Decimal("0.1"),
        9 => 0.1,
        10 => "",
        11 => new Doc(),
        12 => new DocTimestamp(7, 9),
        13 => long.MinValue,
        14 => long.MaxValue,
        15 => 9.2233720368547758E18,
        _ => All.Where(static kind => kind.Key != "mixed").ElementAt(number % 6).Value(number),
    };

    private static DocDecimal Decimal(string text)
    {
        MongoDB.Bson.Decimal128 value = MongoDB.Bson.Decimal128.Parse(text);
        return new DocDecimal(value.GetIEEELowBits(), value.GetIEEEHighBits());
    }
}
