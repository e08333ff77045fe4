using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Tests.Positions;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Outcomes of XA transactions that MariaDB logs twice, because it crashed before it had executed the first: every order of them,
/// read from every start, with a restart of the reader at every place.</summary>
public sealed class XaCrashTests
{
    private const string Missed = nameof(NoticeKind.TransactionMissed);
    private const string Undone = nameof(NoticeKind.DataLoss);

    /// <summary>All outcomes of up to three, with a crash between them, and q open in other places.</summary>
    public static TheoryData<GtidKind, string> Logs()
    {
        var data = new TheoryData<GtidKind, string>();
        string[] outcomes = ["C", "R", "C!C", "C!R", "R!C", "R!R", "R!R!C", "R!C!R", "R!C!C", "C!R!C", "C!C!R", "R!R!R", "C!R!R", "R!Ts!C"];
        foreach (var kind in new[] { GtidKind.None, GtidKind.MySql, GtidKind.MariaDb })
        {
            foreach (var outcome in outcomes)
            {
                data.Add(kind, $"TPT{outcome}T");
                data.Add(kind, $"TQTPT{outcome}TD");
                data.Add(kind, $"TPTQ{outcome}DT");
                data.Add(kind, $"TE{outcome}T");
                data.Add(kind, $"PRTP{outcome}T");
                data.Add(kind, $"PCTE{outcome}T");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public async Task Each_row_comes_if_an_outcome_commits_it_from_every_start_and_after_every_restart(GtidKind kind, string items)
    {
        var log = new XaLog(kind, items);
        for (var start = 1; start <= items.Length; start++)
        {
            Assert.Equal(Expect(items, start), (await log.ReadAsync(log.StartAfter(start))).Read);
        }

        var expected = Expect(items, 0);
        var all = await log.ReadAsync(log.StartAfter(0));
        Assert.Equal(expected, all.Read);
        foreach (var (count, offset) in all.Places)
        {
            Assert.Equal(expected.Skip(count), (await log.ReadAsync(offset)).Read);
        }

        // The reader stops at the end of the log, which grows after that.
        for (var end = 1; end < items.Length; end++)
        {
            var first = await log.ReadAsync(log.StartAfter(0), items: end);
            var rest = await log.ReadAsync(first.Places[^1].Offset);
            Assert.Equal(expected, [.. first.Read, .. rest.Read]);
        }
    }

    [Fact]
    public async Task The_rows_are_read_again_only_where_they_are_committed_after_their_rollback()
    {
        Assert.Equal(0, (await ReadAsync("PR!RTPR!PCT")).Reconnects);
        var again = await ReadAsync("PTR!CT");

        Assert.Equal(["1", "0", "100", "5"], again.Read);
        Assert.Equal(1, again.Reconnects);

        static async Task<XaLog.Reading> ReadAsync(string items)
        {
            var log = new XaLog(GtidKind.MariaDb, items);
            return await log.ReadAsync(log.StartAfter(0));
        }
    }

    [Theory]
    [InlineData("PR!CT", XaMode.DeliverAtPrepare, 2, "0 100 4")]
    [InlineData("PR!CT", XaMode.DeliverAtPrepare, 0, "0 100 4")]
    [InlineData("PRTP!CT", XaMode.DeliverAtPrepare, 3, "2 3 103 6")]
    public async Task With_another_mode_than_before_they_come_once(string items, XaMode mode, int before, string expected)
    {
        var log = new XaLog(GtidKind.MariaDb, items);
        var first = await log.ReadAsync(log.StartAfter(0), items: before);

        var rest = await log.ReadAsync(first.Places[^1].Offset, mode);

        Assert.Equal(expected, string.Join(' ', first.Read.Concat(rest.Read)));
    }

    [Fact]
    public async Task One_that_changed_no_captured_table_is_not_missed_after_a_restart_unless_other_tables_are_captured_now()
    {
        var log = new XaLog(GtidKind.MariaDb, "PTCT");
        var first = await log.ReadAsync(log.StartAfter(0), items: 2, include: ["db.other"]);
        Assert.Empty(first.Read);

        Assert.Empty((await log.ReadAsync(first.Places[^1].Offset, include: ["db.other"])).Read);
        Assert.Equal([Missed, "3"], (await log.ReadAsync(first.Places[^1].Offset)).Read);
    }

    [Fact]
    public async Task An_offset_remembers_the_last_32_rollbacks()
    {
        var list = EventList.Begun();
        for (var i = 0; i < 40; i++)
        {
            list.Prepared((2 * i) + 1, (char)('\x30' + i), i).Gtid((2 * i) + 2).Query($"XA ROLLBACK X'{0x30 + i:x2}',X'',1");
        }

        var history = BinlogPosition.Read((await list.ReadAsync(EventList.Start)).LastOffset).Xa;

        Assert.Empty(history.Pending);
        Assert.Equal(Enumerable.Range(8, 32).Select(i => $"X'{0x30 + i:x2}',X'',1"), history.RolledBack.Select(xa => xa.Xid));
    }

    /// <summary>What a reader delivers that begins after some of the items.</summary>
    private static List<string> Expect(string items, int start)
    {
        List<string> read = [];
        var (p, q) = (State.Unknown, State.Unknown);
        var (rowOfP, rowOfQ) = (0, 0);
        for (var i = start; i < items.Length; i++)
        {
            switch (items[i])
            {
                case 'T':
                    read.Add($"{i}");
                    break;
                case 'P':
                    (p, rowOfP) = (State.Held, i);
                    break;
                case 'E':
                    p = State.Uncaptured;
                    break;
                case 'Q':
                    (q, rowOfQ) = (State.Held, i);
                    break;
                case 'D':
                    read.AddRange(q == State.Held ? RowsOf(rowOfQ) : [Missed]);
                    break;
                case 'C':
                    read.AddRange(p switch { State.Held => RowsOf(rowOfP), State.Unknown => [Missed], _ => [] });
                    p = p == State.Held ? State.Delivered : p;
                    break;
                case 'R':
                    read.AddRange(p == State.Delivered ? [Undone] : []);

                    // Its rows were delivered and undone: where they are is not remembered.
                    p = p == State.Delivered ? State.Unknown : p;
                    break;
            }
        }

        return read;
    }

    private static string[] RowsOf(int item) => [$"{item}", $"{item + 100}"];

    private enum State
    {
        Unknown,
        Held,
        Delivered,
        Uncaptured,
    }
}
