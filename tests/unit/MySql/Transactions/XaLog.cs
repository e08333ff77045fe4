using System.Globalization;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>The log of a server with XA transactions, served from any position as a server with or without GTIDs serves it.</summary>
/// <remarks>Each letter is an item: <c>P</c> and <c>Q</c> prepare the transactions p and q with two rows, <c>E</c> prepares p without any,
/// <c>C</c> and <c>R</c> are the XA COMMIT and the XA ROLLBACK of p, <c>D</c> the XA COMMIT of q, <c>T</c> another transaction, <c>!</c> a
/// crash and <c>s</c> a stop of the server, after which a new file begins.</remarks>
internal sealed class XaLog
{
    private readonly GtidKind _kind;
    private readonly EventList _all = new();
    private readonly List<Group> _groups = [];
    private string _file = "binlog.000001";
    private int _files = 1;
    private long _number;

    public XaLog(GtidKind kind, string items)
    {
        _kind = kind;
        _all.Fake(_file, 4);
        Append(default, () => AddFormat(_all));
        for (var i = 0; i < items.Length; i++)
        {
            Add(items[i], i);
        }
    }

    /// <summary>The start before everything, or after a number of items, without a history.</summary>
    public CdcOffset StartAfter(int items)
    {
        var history = _kind == GtidKind.MariaDb ? new ExecutedHistory(MariaDbGtidPosition.Empty) : new ExecutedHistory(GtidSet.Empty);
        var done = _groups.Take(items + 1).ToList();
        done.FindAll(group => group.Gtid.HasValue).ForEach(group => history.Append(group.Gtid));
        return new BinlogPosition
        {
            Executed = _kind == GtidKind.None ? default : history.Current,
            Coordinates = new BinlogCoordinates(done[^1].File, done[^1].End),
        }.ToOffset();
    }

    /// <summary>Reads from an offset to the end as the engine does, which reconnects after a transient failure.</summary>
    public async Task<Reading> ReadAsync(CdcOffset offset, XaMode mode = XaMode.Buffer, int items = int.MaxValue, string[]? include = null)
    {
        List<string> read = [];
        List<(int Read, CdcOffset Offset)> places = [(0, offset)];
        var reconnects = 0;
        while (true)
        {
            var run = await Serve(BinlogPosition.Read(offset), items).ReadAsync(offset, xa: mode, include: include);
            foreach (var entry in run.Entries)
            {
                for (var i = 0; i < (entry.Changes?.Count ?? 0); i++)
                {
                    read.Add(entry.Changes!.ToEvent(i).After["id"].ToString()!);
                    places.Add((read.Count, entry.Changes.PlaceAfter(i).ToOffset(null)));
                }

                if (entry.Changes is null)
                {
                    // A notice comes again until its transaction is done.
                    places.Add((read.Count, entry.Place.ToOffset(null)));
                }

                if (entry.Item is Notice notice)
                {
                    read.Add($"{notice.Kind}");
                }
            }

            offset = places[^1].Offset;
            if (run.Failure is not CdcConnectionException)
            {
                Assert.Null(run.Failure);
                return new Reading(read, places, reconnects);
            }

            Assert.True(reconnects++ < 5, "It reconnects for ever.");
        }
    }

    private EventList Serve(BinlogPosition position, int items)
    {
        var start = position.DumpStart;
        var list = new EventList();
        var byGtid = _kind != GtidKind.None;
        var (file, at) = byGtid || start.Coordinates is not { } begin ? ("binlog.000001", 4) : (begin.File, begin.Position);
        list.Fake(file, at).Raw(Scripted.BinlogFile.Event((byte)EventType.FormatDescription, 0, 0, 0, FormatBody(), checksum: true));
        foreach (var group in _groups.Take(items == int.MaxValue ? items : items + 1))
        {
            var isDone = byGtid ? group.Gtid.HasValue && start.Executed.Contains(group.Gtid)
                : new BinlogCoordinates(group.File, group.Begin).IsBefore(new BinlogCoordinates(file, at));
            if (!isDone)
            {
                group.Events.ForEach(e => list.Raw(e));
            }
        }

        return list;
    }

    private void Add(char item, int row)
    {
        switch (item)
        {
            case 'P' or 'Q' or 'E':
                AddGroup(() => Prepare(char.ToLowerInvariant(item == 'E' ? 'P' : item), item == 'E' ? null : row), prepares: item);
                break;
            case 'C' or 'R' or 'D':
                var name = item == 'D' ? 'q' : 'p';
                AddGroup(() => _all.Query($"XA {(item == 'R' ? "ROLLBACK" : "COMMIT")} {Xid(name)}"), isStatement: true);
                break;
            case 'T':
                AddGroup(() => (_kind == GtidKind.MariaDb ? _all : _all.Query("BEGIN")).Map().Rows(row).Xid());
                break;
            default:
                var file = string.Create(CultureInfo.InvariantCulture, $"binlog.{++_files:000000}");
                Append(default, () =>
                {
                    if (item == 's')
                    {
                        _all.Add(EventType.Stop, []);
                    }

                    _file = file;
                    _all.Fake(file, 4);
                    AddFormat(_all);
                });
                break;
        }
    }

    private void Prepare(char name, int? row)
    {
        if (_kind != GtidKind.MariaDb)
        {
            _all.Query($"XA START {Xid(name)}");
        }

        if (row is { } number)
        {
            _all.Map().Rows(number, number + 100);
        }

        _all.Query($"XA END {Xid(name)}").Add(EventType.XaPrepare, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)name]);
    }

    private void AddGroup(Action add, bool isStatement = false, char? prepares = null)
    {
        var number = ++_number;
        var gtid = _kind switch
        {
            GtidKind.MySql => new TransactionGtid(new Gtid(EventList.Source, null, number)),
            GtidKind.MariaDb => new TransactionGtid(new MariaDbGtid(0, 1, (ulong)number)),
            _ => default,
        };
        Append(gtid, () =>
        {
            if (_kind == GtidKind.MySql)
            {
                _all.Gtid(number);
            }
            else if (_kind == GtidKind.MariaDb)
            {
                byte[] xid = prepares is { } name ? [1, 0, 0, 0, 1, 0, (byte)char.ToLowerInvariant(name == 'E' ? 'P' : name)] : [];
                _all.Add(EventType.MariaDbGtid, [.. BitConverter.GetBytes(number), 0, 0, 0, 0,
                    (byte)((isStatement ? 1 : 0) | (prepares is null ? 0 : 64)), .. xid]);
            }

            add();
        });
    }

    private void Append(TransactionGtid gtid, Action add)
    {
        var (count, begin) = (_all.Events.Count, _all.Position);
        add();
        _groups.Add(new Group(_file, gtid.HasValue || _kind == GtidKind.None ? Math.Min(begin, _all.Position) : 4, _all.Position, gtid,
            [.. _all.Events.Skip(count)]));
    }

    private void AddFormat(EventList list) => list.Add(EventType.FormatDescription, FormatBody());

    private byte[] FormatBody() => TestEvents.FormatBody(_kind == GtidKind.MariaDb ? "10.11.18-MariaDB" : "9.7.4", 1)[..^4];

    private static string Xid(char name) => $"X'{(int)name:x2}',X'',1";

    /// <summary>Rows by their number and notices by their kind, in their order; and the offsets, each with what came before it.</summary>
    internal sealed record Reading(List<string> Read, List<(int Read, CdcOffset Offset)> Places, int Reconnects);

    private sealed record Group(string File, long Begin, long End, TransactionGtid Gtid, List<byte[]> Events);
}
