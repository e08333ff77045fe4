using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Random transactions with savepoints, XA, notices and statements: whatever the buffer, the stream is that of a buffer that holds
/// everything, from the start and from any offset in it.</summary>
public sealed class RandomTransactionsTests
{
    private const long Everything = 1 << 30;

    [Fact]
    public void Any_buffer_gives_the_same_stream_from_the_start_and_from_any_offset()
        => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => RunAsync(new Random(seed)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static async Task RunAsync(Random random)
    {
        var list = Make(random);
        var wanted = await list.ReadAsync(EventList.Start, buffer: Everything, faults: FaultPolicy.Skip, skipUnchanged: true);
        Assert.Null(wanted.Failure);
        var storage = new SpillStorageDouble();

        var run = await list.ReadAsync(EventList.Start, buffer: random.Next(3000), faults: FaultPolicy.Skip, skipUnchanged: true,
            storage: storage);

        Assert.Null(run.Failure);
        Assert.Equal(wanted.Details, run.Details);
        Assert.Equal(0, storage.Open);
        if (wanted.Changes.Count == 0)
        {
            return;
        }

        var at = random.Next(wanted.Changes.Count);
        var start = run.OffsetAfter(at);
        var executed = BinlogPosition.Read(start).DumpStart.GtidSet ?? throw new InvalidOperationException("The offset has no GTIDs.");
        var rest = await list.Without(executed).ReadAsync(start, buffer: random.Next(3000), faults: FaultPolicy.Skip,
            skipUnchanged: true);
        Assert.Null(rest.Failure);
        Assert.Equal(wanted.Changes.Skip(at + 1).Select(c => c.EventId), rest.Changes.Select(c => c.EventId));
        Assert.Equal(wanted.Changes.Skip(at + 1).Select(c => c.TotalOrder), rest.Changes.Select(c => c.TotalOrder));
    }

    private static EventList Make(Random random)
    {
        var list = EventList.Begun();
        var prepared = new List<char>();
        var next = 0;
        for (var gtid = 1; gtid <= 12; gtid++)
        {
            list.Gtid(gtid);
            if (prepared.Count > 0 && random.Next(3) == 0)
            {
                var name = prepared[random.Next(prepared.Count)];
                prepared.Remove(name);
                list.Query($"XA {(random.Next(3) == 0 ? "ROLLBACK" : "COMMIT")} {Xid(name)}");
                continue;
            }

            var isXa = random.Next(3) == 0;
            var xa = (char)('a' + gtid);
            list.Query(isXa ? $"XA START {Xid(xa)}" : "BEGIN");
            AddBody(list, random, ref next);
            if (isXa)
            {
                prepared.Add(xa);
                list.Query($"XA END {Xid(xa)}").Add(EventType.XaPrepare, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)xa]);
            }
            else if (random.Next(6) == 0)
            {
                list.Query("ROLLBACK");
            }
            else
            {
                list.Xid();
            }
        }

        return list;
    }

    private static void AddBody(EventList list, Random random, ref int next)
    {
        var savepoints = new List<string>();
        for (var steps = random.Next(12); steps > 0; steps--)
        {
            switch (random.Next(9))
            {
                case 0:
                    var name = $"s{random.Next(3)}";
                    savepoints.Remove(name);
                    savepoints.Add(name);
                    list.Query($"SAVEPOINT {name}");
                    break;
                case 1 when savepoints.Count > 0:
                    var at = random.Next(savepoints.Count);
                    list.Query($"ROLLBACK TO {savepoints[at]}");
                    savepoints.RemoveRange(at + 1, savepoints.Count - at - 1);
                    break;
                case 2:
                    list.Add(EventType.RowsQuery, [9, .. Encoding.UTF8.GetBytes(new string('q', random.Next(300)))]);
                    break;
                case 3 when random.Next(3) == 0:
                    list.Query("INSERT INTO t VALUES (0)");
                    break;
                case 4:
                    list.Map().Updates(next, random.Next(2) == 0 ? next : next + 1, next + 2, next + 3);
                    next += 4;
                    break;
                default:
                    var rows = random.Next(20) == 0 ? 600 : random.Next(1, 4);
                    list.Map().Rows([.. Enumerable.Range(next, rows)]);
                    next += rows;
                    break;
            }
        }
    }

    private static string Xid(char name) => $"X'{(int)name:x2}',X'',1";
}
