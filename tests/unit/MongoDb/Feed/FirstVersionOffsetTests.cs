using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Streams that resume at offsets of version 1, as the last revision that wrote them did.</summary>
public sealed class FirstVersionOffsetTests
{
    [Fact]
    public async Task A_stream_resumes_at_the_resume_token_of_an_offset_of_version_1()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        foreach (var id in (int[])[1, 2, 3])
        {
            await fixture.InsertAsync($$"""{"_id":{{id}}}""");
        }

        await reading.ChangeAsync();
        var second = await reading.ChangeAsync();
        await reading.DisposeAsync();
        var point = OffsetDocument.Read(second.Offset).Point;
        Assert.NotNull(point.Time);
        await RestoreAsync(fixture, $$"""
            {"v":1,"source":"mongodb","scope":"*","set":"rs0","token":{{point.Token.ToJson()}},"time":{{Json(point.Time.Value)}}}
            """);

        reading = await fixture.OpenAsync(items: false);
        var next = await reading.ChangeAsync();

        Assert.Equal(3, next.Key["_id"].AsInt32());
        Assert.StartsWith("""{"v":2,""", next.Offset.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_stream_resumes_at_or_after_the_cluster_time_of_an_offset_of_version_1(bool isAfter, int expected)
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        var time = MongoOffsets.TimeOf(fixture.Double);
        await fixture.InsertAsync("""{"_id":2}""");
        var after = isAfter ? ",\"after\":true" : "";
        await RestoreAsync(fixture, $$"""{"v":1,"source":"mongodb","scope":"*","set":"rs0","time":{{Json(time)}}{{after}}}""");

        var reading = await fixture.OpenAsync(items: false);

        Assert.Equal(expected, (await reading.ChangeAsync()).Key["_id"].AsInt32());
    }

    [Fact]
    public async Task A_stream_resumes_inside_a_transaction_at_an_offset_of_version_1_and_its_orders_continue()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        var reading = await fixture.OpenAsync();
        await fixture.TransactAsync(
            StreamFixture.Insert("""{"_id":1}"""), StreamFixture.Insert("""{"_id":2}""", "lines"), StreamFixture.Insert("""{"_id":3}"""));
        await reading.NextAsync<TransactionBegin>();
        await reading.ChangeAsync();
        var second = await reading.ChangeAsync();
        await reading.DisposeAsync();
        var document = OffsetDocument.Read(second.Offset);
        var open = Assert.Single(document.Open);
        Assert.NotNull(document.Point.Time);
        await RestoreAsync(fixture, $$"""
            {"v":1,"source":"mongodb","scope":"*","set":"rs0","token":{{document.Point.Token.ToJson()}},
            "time":{{Json(document.Point.Time.Value)}},"tx":[{"lsid":{{open.Transaction.Session.ToJson()}},
            "txn":{{open.Transaction.Number}},"ts_ms":1795803051753,"time":{{Json(open.LastTime)}},
            "events":2,"collections":[["shop","orders",1],["shop","lines",1]]}]}
            """);

        reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":4}""");
        var third = await reading.ChangeAsync();
        var end = await reading.NextAsync<TransactionEnd>();

        Assert.Equal((3, 3L, 2L), (third.Key["_id"].AsInt32(), third.TotalOrder, third.DataCollectionOrder));
        Assert.Equal(3, end.EventCount);
    }

    private static async Task RestoreAsync(StreamFixture fixture, string text)
    {
        var token = TestContext.Current.CancellationToken;
        var stored = await fixture.Store.LoadAsync("test", token);
        await fixture.Store.SaveAsync("test", text.Trim(), stored?.Version ?? 0, token);
    }

    private static string Json(ClusterTime time) => $$"""{"t":{{time.Seconds}},"i":{{time.Ordinal}}}""";
}
