using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>The one order of positions: along one log, over a failover, and where nothing orders two of them.</summary>
public sealed class BinlogPositionTests
{
    private const string A = "aaaaaaaa-0000-0000-0000-000000000001";
    private const string B = "bbbbbbbb-0000-0000-0000-000000000001";

    public static TheoryData<GtidKind> Kinds => [.. Enum.GetValues<GtidKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_order_along_one_log_is_total_and_is_the_order_of_reading(GtidKind kind) => ForAllLogs(kind, log =>
    {
        foreach (var (a, first) in log.Positions)
        {
            foreach (var (b, second) in log.Positions)
            {
                Assert.Equal(first.CompareTo(second), Math.Sign(a.CompareTo(b)));
                Assert.Equal(first >= second, a.Covers(b));
            }
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Positions_that_were_stored_and_loaded_keep_the_order(GtidKind kind) => ForAllLogs(kind, log =>
    {
        var loaded = log.Positions.Select(p => (Position: BinlogPosition.Read(p.Position.ToOffset()), p.Stage)).ToArray();
        foreach (var (a, first) in log.Positions)
        {
            foreach (var (b, second) in loaded)
            {
                Assert.Equal(first.CompareTo(second), Math.Sign(a.CompareTo(b)));
                Assert.Equal(second.CompareTo(first), Math.Sign(b.CompareTo(a)));
            }
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_position_covers_the_transactions_that_end_at_or_before_it(GtidKind kind) => ForAllLogs(kind, log =>
    {
        foreach (var (mark, end) in log.Marks)
        {
            foreach (var (position, stage) in log.Positions)
            {
                Assert.Equal(stage >= end, position.Covers(mark, position.Server));
            }
        }
    });

    [Theory]
    [InlineData(GtidKind.MySql)]
    [InlineData(GtidKind.MariaDb)]
    public void With_GTIDs_the_order_between_two_servers_is_that_of_the_transactions(GtidKind kind)
        => Prop.ForAll(Gen.Choose(0, 8).ToArbitrary(), Gen.Choose(0, 8).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(),
            (length, other, seed) =>
        {
            // The same first transactions in files of other names and sizes.
            var a = PositionLog.Write(kind, length, seed).Positions[^1].Position;
            var last = PositionLog.Write(kind, other, seed, "server-b").Positions[^1].Position;
            var b = new BinlogPosition { Server = "server-b", Executed = last.Executed,
                Coordinates = new BinlogCoordinates("other.000001", 4) };
            if (a.OrderTo(b) is { } order)
            {
                Assert.Equal(length.CompareTo(other), Math.Sign(order));
                Assert.Equal(length >= other, a.Covers(b));
            }
            else
            {
                // Transactions that changed places at the cut: each server has one that the other has not.
                Assert.False(a.Covers(b));
                Assert.False(b.Covers(a));
                Assert.Throws<InvalidOperationException>(() => a.CompareTo(b));
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData($"{A}:1-5:7", $"{A}:1-6", null)]
    [InlineData($"{A}:1-5", $"{B}:1", null)]
    [InlineData($"{A}:1-7", $"{A}:1-5:7", 1)]
    [InlineData($"{A}:1-7", $"{A}:1-7,{B}:1", -1)]
    [InlineData("", $"{B}:1", -1)]
    [InlineData($"{A}:1-7", $"{A}:1-7", 0)]
    [InlineData("0-1-5,1-1-3", "0-1-6,1-1-2", null)]
    [InlineData("0-1-5,1-1-3", "0-1-5,1-1-3,2-1-1", -1)]
    [InlineData("0-1-5", $"{A}:1-7", null)]
    public void GTIDs_decide_before_coordinates(string a, string b, int? order)
    {
        var x = new BinlogPosition { Server = "s", Executed = Gtids(a), Coordinates = order == 0 ? null
            : new BinlogCoordinates("other.000001", 900) };
        var y = new BinlogPosition { Server = "s", Executed = Gtids(b), Coordinates = order == 0 ? null
            : new BinlogCoordinates("binlog.000001", 800) };

        Assert.Equal(order, x.OrderTo(y) is { } compared ? Math.Sign(compared) : null);
    }

    [Fact]
    public void GTIDs_alone_are_before_every_place_in_a_file()
    {
        var start = new BinlogPosition { Server = "s", Executed = Gtids($"{A}:1-5") };
        var place = new BinlogPosition { Server = "s", Executed = Gtids($"{A}:1-5"),
            Coordinates = new BinlogCoordinates("binlog.000001", 4) };

        Assert.True(start.CompareTo(place) < 0);
        Assert.True(place.Covers(start));
        Assert.False(start.Covers(place));
    }

    [Fact]
    public void Two_places_inside_one_transaction_are_ordered_on_any_server_by_what_was_delivered()
    {
        BinlogPosition Inside(string server, string file, long rows) => new()
        {
            Server = server, Executed = Gtids($"{A}:1-5"), Coordinates = new BinlogCoordinates(file, 400),
            Progress = new TransactionProgress(TransactionGtid.Parse($"{A}:6"), rows, 0, 1),
        };

        Assert.True(Inside("a", "binlog.000009", 3).CompareTo(Inside("b", "binlog.000002", 4)) < 0);
        Assert.Equal(0, Inside("a", "binlog.000009", 3).CompareTo(Inside("b", "binlog.000002", 3)));
        Assert.True(Inside("a", "binlog.000009", 3).CompareTo(Inside("a", "binlog.000002", 4)) > 0);
    }

    [Theory]
    [InlineData("a", "b", "binlog.000001", "different servers")]
    [InlineData(null, "b", "binlog.000001", "different servers")]
    [InlineData("a", "a", "other.000001", "different series")]
    public void Positions_that_nothing_orders_are_refused_with_the_reason(string? serverA, string? serverB, string fileB, string reason)
    {
        var a = new BinlogPosition { Server = serverA, Coordinates = new BinlogCoordinates("binlog.000001", 4) };
        var b = new BinlogPosition { Server = serverB, Executed = Gtids($"{A}:1"), Coordinates = new BinlogCoordinates(fileB, 4) };

        Assert.Null(a.OrderTo(b));
        Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => a.CompareTo(b)).Message, StringComparison.Ordinal);
        Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => a.Covers(b)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Crossed_GTID_sets_are_refused_and_neither_covers_the_other()
    {
        var a = new BinlogPosition { Executed = Gtids($"{A}:1-5:7") };
        var b = new BinlogPosition { Executed = Gtids($"{A}:1-6") };

        Assert.False(a.Covers(b));
        Assert.False(b.Covers(a));
        Assert.Contains("each has processed transactions", Assert.Throws<InvalidOperationException>(() => a.CompareTo(b)).Message,
            StringComparison.Ordinal);
    }

    private static ExecutedGtids Gtids(string text)
        => text.Length > 0 && text[1] == '-' ? new ExecutedGtids(MariaDbGtidPosition.Parse(text)) : new ExecutedGtids(GtidSet.Parse(text));

    private static void ForAllLogs(GtidKind kind, Action<PositionLog> check)
        => Prop.ForAll(Gen.Choose(0, 12).ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(),
            (length, seed) => check(PositionLog.Write(kind, length, seed)))
            .QuickCheckThrowOnFailure();
}
