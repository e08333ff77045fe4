using System.Buffers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CdcEmbedded.Formats;
using CloudNative.CloudEvents.SystemTextJson;

namespace CdcEmbedded.Tests.Formats;

/// <summary>The JSON format of CloudEvents 1.0.</summary>
public sealed class CloudEventsJsonTests
{
    [Fact]
    public void A_change_is_one_event_with_its_attributes_and_data()
    {
        var change = new OneChange(ChangeOperation.Update, OneChange.Row(("id", DataValue.FromInt64(1))),
            OneChange.Row(("id", DataValue.FromInt64(1)), ("name", DataValue.FromText("Zoë"))),
            OneChange.Row(("id", DataValue.FromInt64(1)))).Event;
        Assert.Equal(
            """
            {"specversion":"1.0","id":"id","source":"/cdc/mysql/tail","type":"cdc.row.updated","subject":"shop.orders",
            "time":"2024-03-09T12:33:58.123Z","datacontenttype":"application/json","partitionkey":"{\"id\":1}","cdcop":"u",
            "cdcdb":"shop","cdctable":"orders","cdctx":"3e11fa47-71ca-11e1-9e33-c80aa9429562:23","cdcorder":"5",
            "data":{"before":{"id":1},"after":{"id":1,"name":"Zoë"}}}
            """.Replace("\n", "", StringComparison.Ordinal),
            Write(new(), change));
    }

    [Theory]
    [InlineData(ChangeOperation.Create, true)]
    [InlineData(ChangeOperation.Update, false)]
    [InlineData(ChangeOperation.Delete, true)]
    [InlineData(ChangeOperation.Truncate, false)]
    [InlineData(ChangeOperation.Read, true)]
    public void The_SDK_of_CloudEvents_reads_every_operation(ChangeOperation operation, bool hasKey)
    {
        var row = OneChange.Row(("id", DataValue.FromInt64(1)), ("name", DataValue.FromText("Zoë \"健\"")), ("data", DataValue.Null));
        var change = new OneChange(operation, default, row, hasKey ? OneChange.Row(("id", DataValue.FromInt64(1))) : default,
            inTransaction: hasKey).Event;
        using var format = new CloudEventsJson();
        var read = new JsonEventFormatter().DecodeStructuredModeMessage(Encoding.UTF8.GetBytes(Write(new(), change)),
            new ContentType(format.MediaType), null);

        Assert.True(read.IsValid);
        Assert.Equal(("id", "/cdc/mysql/tail", "shop.orders", OneChange.CommitTime, "application/json"),
            (read.Id, read.Source?.ToString(), read.Subject, read.Time, read.DataContentType));
        Assert.StartsWith("cdc.row.", read.Type, StringComparison.Ordinal);
        Assert.Equal(hasKey ? ["{\"id\":1}", OneChange.SomeTransaction.Name, "5"] : [null, null, null],
            new[] { read["partitionkey"], read["cdctx"], read["cdcorder"] });
        Assert.Equal("Zoë \"健\"", Assert.IsType<JsonElement>(read.Data).GetProperty("after"u8).GetProperty("name"u8).GetString());
    }

    [Fact]
    public void Names_of_attributes_have_lower_case_letters_and_digits_only()
        => Assert.All(Parse(OneChange.Insert(("id", DataValue.Null))).AsObject(), member => Assert.Matches("^[a-z0-9]{1,20}$", member.Key));

    [Fact]
    public void Source_and_type_can_be_chosen()
    {
        var json = JsonNode.Parse(Write(new() { Source = "urn:shop", TypePrefix = "com.example.row" },
            new OneChange(ChangeOperation.Delete, default, default).Event));
        Assert.Equal(("urn:shop", "com.example.row.deleted"), ((string?)json?["source"], (string?)json?["type"]));
    }

    [Theory]
    [InlineData("", "a")]
    [InlineData("no uri", "a")]
    [InlineData("urn:a", " ")]
    public void Attributes_that_are_invalid_are_refused(string source, string type)
        => Assert.Throws<ArgumentException>(() => new CloudEventsJson(new CloudEventsJsonOptions { Source = source, TypePrefix = type }));

    private static JsonNode Parse(ChangeEvent change)
        => JsonNode.Parse(Write(new(), change)) ?? throw new InvalidOperationException("The JSON is null.");

    private static string Write(CloudEventsJsonOptions options, ChangeEvent change)
    {
        using var format = new CloudEventsJson(options);
        var output = new ArrayBufferWriter<byte>();
        format.Write(output, change);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
