using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Server;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>What a server says of its log against what was read from it: only what cannot be the same log is a contradiction.</summary>
public sealed class LogStateTests
{
    private const string Source = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Theory]
    [InlineData("1-7", "1-7", "", 500, false)]
    [InlineData("1-7", "1-9", "", 100, false)]
    [InlineData("1-7", "1-6", ":7#12", 500, false)]
    [InlineData("1-7", "1-5", ":6#12:7#13", 500, false)]
    [InlineData("1-7", "1-6", "", 9000, true)]
    [InlineData("1-7", "", "", 154, true)]
    public void By_GTID_all_that_was_read_must_be_executed_or_about_to_be(string read, string executed, string owned, long end, bool isLost)
    {
        var state = new LogState
        {
            Logged = new ExecutedGtids(Set(executed).Union(OwnedGtids.Read(owned.Length > 0 ? Source + owned : ""))),
            End = new BinlogCoordinates("binlog.000001", end),
        };

        Assert.Equal(isLost, state.Contradiction(new ExecutedGtids(Set(read)), new BinlogCoordinates("binlog.000001", 500)) is not null);
    }

    [Theory]
    [InlineData("0-1-7", "0-1-7", 500, false)]
    [InlineData("0-1-7", "0-1-8,1-1-1", 100, false)]
    [InlineData("0-1-7", "0-1-3", 900, true)]
    [InlineData("0-1-7", "", 154, true)]
    [InlineData("0-1-7,5-1-2", "0-1-7", 500, false)]
    [InlineData("0-1-7,5-1-2", "0-1-7", 154, true)]
    public void On_MariaDB_no_domain_may_have_gone_back_nor_be_gone_with_the_log(string read, string last, long end, bool isLost)
    {
        var state = new LogState { Logged = new ExecutedGtids(MariaDbGtidPosition.Parse(last)),
            End = new BinlogCoordinates("binlog.000001", end) };

        Assert.Equal(isLost, state.Contradiction(new ExecutedGtids(MariaDbGtidPosition.Parse(read)),
            new BinlogCoordinates("binlog.000001", 500)) is not null);
    }

    [Theory]
    [InlineData("binlog.000009", 500, false, false)]
    [InlineData("binlog.000009", 501, false, false)]
    [InlineData("binlog.000010", 4, false, false)]
    [InlineData("binlog.1000000", 4, false, false)]
    [InlineData("other.000001", 4, false, false)]
    [InlineData("binlog.000009", 499, false, true)]
    [InlineData("binlog.000008", 900, false, true)]
    [InlineData("binlog.000009", 501, true, true)]
    [InlineData("binlog.000009", 5_000_000_000, true, false)]
    [InlineData("binlog.000010", 501, true, false)]
    public void By_position_the_log_must_not_end_before_nor_an_old_server_leave_its_file_unread(string file, long end, bool isOld,
        bool isLost)
    {
        var state = new LogState { End = new BinlogCoordinates(file, end), IsReadToItsEnd = isOld };

        Assert.Equal(isLost, state.Contradiction(default, new BinlogCoordinates("binlog.000009", 500)) is not null);
    }

    [Fact]
    public void A_log_whose_end_is_not_known_contradicts_nothing()
        => Assert.Null(new LogState ().Contradiction(default, new BinlogCoordinates("binlog.000009", 500)));

    [Fact]
    public void Owned_transactions_are_read_with_their_tags_and_without_their_threads()
        => Assert.Equal($"{Source}:5:tag:1", OwnedGtids.Read($"{Source}:5#123:tag:1#7").ToString());

    private static GtidSet Set(string numbers) => GtidSet.Parse(numbers.Length > 0 ? $"{Source}:{numbers}" : "");
}
