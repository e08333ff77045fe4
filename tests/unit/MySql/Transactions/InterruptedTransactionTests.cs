using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>A restart inside a transaction: until that transaction is read again, every position still says how much of
/// it was delivered.</summary>
public sealed class InterruptedTransactionTests
{
    private static readonly Guid _other = new("bbbbbbbb-0000-0000-0000-000000000002");

    [Theory]
    [InlineData("heartbeat", true)]
    [InlineData("heartbeat", false)]
    [InlineData("file", true)]
    [InlineData("transaction", true)]
    [InlineData("skipped transaction", true)]
    public async Task What_comes_before_it_does_not_make_its_changes_come_again(string what, bool hasGtids)
    {
        var start = hasGtids ? EventList.Start : MySqlOffset.FromPosition("binlog.000001", 4);
        var inside = (await Interrupted(EventList.Begun(), hasGtids).ReadAsync(start)).OffsetAfter(1);
        var coordinates = BinlogPosition.Read(inside).Coordinates ?? throw new InvalidOperationException("The offset has no file.");
        var before = new EventList().Fake("binlog.000001", coordinates.Position).Format();
        before.Fake("binlog.000001", coordinates.Position);
        before = what switch
        {
            "heartbeat" => before.Heartbeat("binlog.000001", coordinates.Position),
            "file" => before.Rotate("binlog.000002").Format(),
            "transaction" => before.Gtid(_other, 1).Query("BEGIN").Map().Rows(90).Xid(),
            _ => before.Gtid(_other, 1).Query("BEGIN").Xid(),
        };
        var early = await before.ReadAsync(inside);
        Assert.Null(early.Failure);
        Assert.NotEmpty(early.Entries);

        // The connection breaks here, and the position of what was read is the next start.
        var rest = await Interrupted(new EventList().Fake("binlog.000001", coordinates.Position).Format(), hasGtids,
            coordinates.Position).ReadAsync(early.LastOffset);

        Assert.Null(rest.Failure);
        Assert.Equal("3 ) ( 4 )", rest.Text);
        Assert.Equal(3, rest.Changes[0].TotalOrder);
    }

    [Fact]
    public async Task A_prepared_XA_transaction_that_is_read_again_before_it_does_not_either()
    {
        var list = EventList.Begun().Prepared(1, 'x', 70).Transaction(2, 1, 2, 3).Transaction(3, 4);
        var inside = (await list.ReadAsync(EventList.Start)).OffsetAfter(1);
        var early = await EventList.Begun().Prepared(1, 'x', 70).Heartbeat("binlog.000001", 4096).ReadAsync(inside);
        Assert.Equal("*", early.Text);

        var rest = await list.ReadAsync(early.LastOffset);

        Assert.Null(rest.Failure);
        Assert.Equal("3 ) ( 4 )", rest.Text);
    }

    private static EventList Interrupted(EventList list, bool hasGtids, long? position = null)
    {
        if (position is { } at)
        {
            list.Fake("binlog.000001", at);
        }

        return hasGtids
            ? list.Transaction(1, 1, 2, 3).Transaction(2, 4)
            : list.Query("BEGIN").Map().Rows(1, 2, 3).Xid().Query("BEGIN").Map().Rows(4).Xid();
    }
}
