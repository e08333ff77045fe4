using CdcEmbedded.MongoDb.ChangeStreams;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Streams that resume where Debezium's MongoDB connector stopped.</summary>
public sealed class DebeziumOffsetTests
{
    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public async Task A_stream_resumes_after_the_resume_token_or_at_the_time_of_the_offset(bool hasToken, int expected)
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        foreach (var id in (int[])[1, 2, 3])
        {
            await fixture.InsertAsync($$"""{"_id":{{id}}}""");
        }

        await reading.ChangeAsync();
        var point = OffsetDocument.Read((await reading.ChangeAsync()).Offset).Point;
        await reading.DisposeAsync();
        Assert.NotNull(point.Time);
        var data = BsonDocument.Parse(point.Token.ToJson())["_data"].AsString;
        var json = $$"""
            {"sec":{{point.Time.Value.Seconds}},"ord":{{point.Time.Value.Ordinal}},"transaction_id":null{{(hasToken ? $",\"resume_token\":\"{data}\"" : "")}}}
            """;
        var stored = await fixture.Store.LoadAsync("test", TestContext.Current.CancellationToken);
        await fixture.Store.SaveAsync("test", MongoOffset.FromDebezium(json).ToString(), stored?.Version ?? 0,
            TestContext.Current.CancellationToken);

        reading = await fixture.OpenAsync(items: false);

        Assert.Equal(expected, (await reading.ChangeAsync()).Key["_id"].AsInt32());
    }

    [Theory]
    [InlineData("""{"sec":1422998530,"ord":1,"initsync":true}""", "snapshot had not ended")]
    [InlineData("""{"sec":1422998530,"ord":1,"incremental_snapshot_collections":"[{\"id\":\"shop.orders\"}]"}""", "shop.orders")]
    [InlineData("""{"ord":1}""", "neither a resume token nor a time")]
    [InlineData("""{"sec":"1"}""", "\"sec\"")]
    [InlineData("""{"resume_token":{"_data":"82"}}""", "\"resume_token\"")]
    public void What_is_no_finished_offset_of_Debezium_is_refused_with_the_reason(string json, string reason)
    {
        var error = Assert.Throws<OffsetFormatException>(() => MongoOffset.FromDebezium(json));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
