using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>A made-up log of one server, and every position that a reader of it passes, in their order.</summary>
internal sealed class PositionLog
{
    private readonly List<(BinlogPosition Position, int Stage)> _positions = [];
    private readonly List<(TransactionMark Mark, int Stage)> _marks = [];
    private readonly string _server;
    private readonly ExecutedHistory? _executed;
    private readonly Random _random;
    private BinlogCoordinates _at;
    private int _stage;

    private PositionLog(string server, ExecutedHistory? executed, BinlogCoordinates start, int seed)
    {
        (_server, _executed, _at, _random) = (server, executed, start, new Random(seed));
        Add(progress: null);
    }

    /// <summary>The positions with a number each: the same number where nothing was read between two of them.</summary>
    public IReadOnlyList<(BinlogPosition Position, int Stage)> Positions => _positions;

    /// <summary>The ends of the transactions, and the numbers of the positions there.</summary>
    public IReadOnlyList<(TransactionMark Mark, int Stage)> Marks => _marks;

    /// <summary>Writes the log.</summary>
    /// <param name="kind">Which GTIDs its transactions have.</param>
    /// <param name="length">The number of its transactions.</param>
    /// <param name="seed">What the random choices follow: sizes, rotations, and which transactions come in another order
    /// than their numbers.</param>
    /// <param name="server">The server.</param>
    public static PositionLog Write(GtidKind kind, int length, int seed, string server = "server-a")
    {
        var executed = kind switch
        {
            GtidKind.MySql or GtidKind.MySqlAndAnonymous => new ExecutedHistory(GtidSet.Parse("aaaaaaaa-0000-0000-0000-000000000001:1-5")),
            GtidKind.MariaDb => new ExecutedHistory(MariaDbGtidPosition.Parse("0-1-5")),
            _ => null,
        };
        var log = new PositionLog(server, executed, new BinlogCoordinates("binlog.999997", 4), seed);
        var gtids = GtidsOf(kind, length, seed);
        foreach (var gtid in gtids)
        {
            log.AddTransaction(gtid);
        }

        return log;
    }

    /// <summary>GTIDs of two sources; neighbours of one source may change places, as on a replica that applies in parallel.</summary>
    private static List<TransactionGtid> GtidsOf(GtidKind kind, int length, int seed)
    {
        var random = new Random(seed);
        var next = new ulong[] { 6, 1 };
        var result = new List<TransactionGtid>();
        for (var i = 0; i < length; i++)
        {
            var source = random.Next(2);
            var number = next[source]++;
            result.Add(kind switch
            {
                GtidKind.MySqlAndAnonymous when random.Next(2) == 0 => default,
                GtidKind.MySql or GtidKind.MySqlAndAnonymous
                    => new TransactionGtid(new Gtid(new Guid($"aaaaaaaa-0000-0000-0000-00000000000{source + 1}"),
                    source == 0 ? null : "tag", (long)number)),
                GtidKind.MariaDb => new TransactionGtid(new MariaDbGtid((uint)source, 1, number)),
                _ => default,
            });
        }

        for (var i = 0; kind == GtidKind.MySql && i + 1 < length; i += 2)
        {
            if (random.Next(2) == 0)
            {
                (result[i], result[i + 1]) = (result[i + 1], result[i]);
            }
        }

        return result;
    }

    private void AddTransaction(TransactionGtid gtid)
    {
        if (_random.Next(4) == 0)
        {
            // ROTATE, and a heartbeat after it.
            var number = int.Parse(_at.File["binlog.".Length..], System.Globalization.CultureInfo.InvariantCulture) + 1;
            _at = new BinlogCoordinates($"binlog.{number}", 4);
            _stage++;
            Add(progress: null);
        }

        // The begin is the end of the transaction before: nothing is between the two.
        Add(progress: null);
        var schemaChanges = _random.Next(3);
        for (var i = 1; i <= schemaChanges; i++)
        {
            _stage++;
            Add(new TransactionProgress(gtid, 0, i, 0));
        }

        var rows = _random.Next(4);
        for (var i = 1; i <= rows; i++)
        {
            _stage++;
            Add(new TransactionProgress(gtid, i, 0, (ulong)_random.NextInt64()));
        }

        _stage++;
        _at = _at with { Position = _at.Position + _random.Next(1, 1000) };
        _executed?.Append(gtid);
        _marks.Add((new TransactionMark(gtid, _at), _stage));
        Add(progress: null);
    }

    private void Add(TransactionProgress? progress) => _positions.Add((new BinlogPosition
    {
        Server = _server, Executed = _executed?.Current ?? default, Coordinates = _at, Progress = progress,
    }, _stage));
}
