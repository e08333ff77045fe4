using System.Buffers;
using System.Text;
using CdcEmbedded.Formats;

namespace CdcEmbedded.Tests.Formats;

/// <summary>Times before 1970 in Debezium's encodings.</summary>
public sealed class DebeziumEarlyTimeTests
{
    [Theory]
    [InlineData(TimeHandling.AdaptiveTimeMicroseconds)]
    [InlineData(TimeHandling.Adaptive)]
    [InlineData(TimeHandling.Connect)]
    public void The_last_microsecond_before_1970_is_minus_one_in_every_unit(TimeHandling times)
    {
        var schema = new TableSchema("shop", "orders", [new ColumnSchema { Name = "v", TypeName = "datetime(6)" }], []);
        var last = DataValue.FromDateTime(new CalendarDateTime(1969, 12, 31, 23, 59, 59, 999_999), 6);
        var output = new ArrayBufferWriter<byte>();
        using var json = new DebeziumJson(new DebeziumJsonOptions { Times = times });
        json.Write(output, new OneChange(ChangeOperation.Create, default, OneChange.RowOf(schema, ("v", last))).Event);

        Assert.Contains("\"after\":{\"v\":-1}", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }
}
