using System.Numerics;
using CdcEmbedded.Verification;

namespace CdcEmbedded.Tests.Verification;

/// <summary>Which values of the two sides are equal.</summary>
public sealed class CopyValueTests
{
    public static TheoryData<string> Names => [.. Cases.Keys];

    private static Dictionary<string, (DataValue Source, object?[] Equal, object?[] Different)> Cases { get; } = new()
    {
        ["null"] = (DataValue.Null, [null, DBNull.Value, DataValue.Null], ["", 0]),
        ["integer"] = (DataValue.FromInt64(5), [5, 5L, (short)5, 5m, 5.0, "5", "5.0", DataValue.FromInt64(5)], [6, null, "x", 5.5, "5 "]),
        ["truth"] = (DataValue.FromInt64(1), [true, 1, "1"], [false, 0]),
        ["unsigned"] = (DataValue.FromUInt64(ulong.MaxValue), [ulong.MaxValue, 18446744073709551615m, "18446744073709551615"], [-1L]),
        ["bits"] = (DataValue.FromUInt64(5), [new byte[] { 0, 5 }, 5], [new byte[] { 5, 0 }]),
        ["decimal"] = (DataValue.FromDecimal(1.50m), [1.5m, 1.500m, "1.5", 1.5, "15e-1"], [1.51m, "1.5001"]),
        ["wide decimal"] = (DataValue.FromDecimal(new BigDecimal(BigInteger.Pow(10, 40) + 1, 2)),
            ["100000000000000000000000000000000000000.01"], ["100000000000000000000000000000000000000.0"]),
        ["float"] = (DataValue.FromSingle(0.1f), [0.1f, (double)0.1f, 0.1, "0.1"], [0.2f]),
        ["double"] = (DataValue.FromDouble(0.1), [0.1, "0.1"], [(double)0.1f, 0.10000000000000002]),
        ["text"] = (DataValue.FromText("a "), ["a ", "a "u8.ToArray()], ["a", "A ", null]),
        ["enum"] = (DataValue.FromEnum(2, ["x", "y"]), ["y"], ["x", "2"]),
        ["set"] = (DataValue.FromSet(3, ["x", "y"]), ["x,y"], ["y,x", "x"]),
        ["binary"] = (DataValue.FromBinary([1, 0], 0, 1, 1), [new byte[] { 1, 0 }], [new byte[] { 1 }]),
        ["date"] = (DataValue.FromDate(2024, 2, 29), [new DateOnly(2024, 2, 29), new DateTime(2024, 2, 29), "2024-02-29"],
            [new DateTime(2024, 2, 29, 1, 0, 0), "2024-02-28"]),
        ["zero date"] = (DataValue.FromDate(0, 0, 0), ["0000-00-00"], [null, new DateOnly(1, 1, 1)]),
        ["date and time"] = (DataValue.FromDateTime(new CalendarDateTime(2024, 1, 2, 3, 4, 5, 60), 6),
            [new DateTime(2024, 1, 2, 3, 4, 5).AddTicks(600), "2024-01-02 03:04:05.00006", "2024-01-02T03:04:05.000060"],
            ["2024-01-02 03:04:05"]),
        ["instant"] = (DataValue.FromTimestamp(1_700_000_000_000_000),
            [
                DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).UtcDateTime,
                new DateTime(2023, 11, 14, 22, 13, 20), "2023-11-14 22:13:20", "2023-11-14T23:13:20+01:00", "2023-11-14 22:13:20.0Z",
            ],
            ["2023-11-14 22:13:21"]),
        ["duration"] = (DataValue.FromTime(-(838L * 3600 + 59) * 1_000_000), [-new TimeSpan(838, 0, 59), "-838:00:59"], ["838:00:59"]),
        ["json"] = (DataValue.FromJson("""{"b": [1.0, "ä"], "a": null}"""), ["""{"a":null,"b":[1,"\u00e4"]}"""],
            ["""{"a":null,"b":["ä",1]}""", """{"b":[1,"ä"]}""", null]),
        ["uuid"] = (DataValue.FromUuid(new Guid("00112233-4455-6677-8899-aabbccddeeff")),
            [new Guid("00112233-4455-6677-8899-aabbccddeeff"), "00112233-4455-6677-8899-aabbccddeeff"], [Guid.Empty]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_compared_by_the_kind_of_the_source(string name)
    {
        var (source, equal, different) = Cases[name];
        Assert.All(equal, copy => Assert.True(CopyValue.AreEqual(source, copy),
            $"{CopyValue.TextOf(source)} is not {CopyValue.TextOf(copy, source)}"));
        Assert.All(different, copy => Assert.False(CopyValue.AreEqual(source, copy), $"{CopyValue.TextOf(source)} is {copy}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_key_of_the_copy_becomes_the_value_that_the_source_has(string name)
    {
        var (source, equal, _) = Cases[name];
        if (source.Kind is ValueKind.Null or ValueKind.Json || name == "truth")
        {
            return;
        }

        Assert.All(equal, copy =>
        {
            var value = ClrValue.ToSource(copy ?? "", source);
            Assert.Equal((source.Kind, source.ToString()), (value.Kind, value.ToString()));
        });
    }
}
