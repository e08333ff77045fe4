using System.Text;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.MySql.Transactions;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;
using ScriptedFile = CdcEmbedded.MySql.Tests.Scripted.BinlogFile;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Events made by hand of a table db.t (id int), in the order in which a dump sends them, with checksums and positions.</summary>
internal sealed class EventList : IEventStream, ISchemaSource
{
    public static readonly Guid Source = new("aaaaaaaa-0000-0000-0000-000000000001");

    private readonly List<byte[]> _events;
    private byte[]? _chunk;
    private int _next;

    public EventList()
        : this([])
    {
    }

    private EventList(List<byte[]> events) => _events = events;

    public long Position { get; private set; } = 4;

    public IReadOnlyList<byte[]> Events => _events;

    public string Remedy => "";

    public CollectingLogger Logger { get; } = new();

    /// <summary>The first position of the log, with an empty GTID set.</summary>
    public static CdcOffset Start => CdcOffset.Parse("""{"v":1,"source":"mysql","gtid":"","file":"binlog.000001","pos":4}""");

    public static EventList Begun(long position = 4) => new EventList().Fake("binlog.000001", position).Format();

    public EventList Fake(string file, long position)
    {
        _events.Add(ScriptedFile.FakeRotate(file, (ulong)position, checksum: true));
        Position = position;
        return this;
    }

    public EventList Format() => Add(EventType.FormatDescription, TestEvents.FormatBody("9.7.4", 1)[..^4]);

    public EventList Gtid(long number) => Add(EventType.Gtid, [1, .. Source.ToByteArray(bigEndian: true),
        .. BitConverter.GetBytes(number)]);

    /// <summary>The same of another server.</summary>
    public EventList Gtid(Guid source, long number) => Add(EventType.Gtid, [1, .. source.ToByteArray(bigEndian: true),
        .. BitConverter.GetBytes(number)]);

    public EventList Query(string text, string database = "db") => Add(EventType.Query,
        [7, 0, 0, 0, 0, 0, 0, 0, (byte)database.Length, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(database), 0,
            .. Encoding.UTF8.GetBytes(text)]);

    public EventList Map() => Add(EventType.TableMap, TestEvents.MapBody("int"));

    /// <summary>The same table under another id.</summary>
    public EventList Map(int id) => Add(EventType.TableMap, [.. BitConverter.GetBytes(id), .. TestEvents.MapBody("int")[4..]]);

    /// <summary>A WRITE_ROWS of the numbers.</summary>
    public EventList Rows(params int[] numbers)
        => Add(EventType.WriteRows, [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 1, 1, .. numbers.SelectMany(n => (byte[])[0,
            .. BitConverter.GetBytes(n)])]);

    /// <summary>An UPDATE_ROWS that changes each first number to the second.</summary>
    public EventList Updates(params int[] pairs)
        => Add(EventType.UpdateRows, [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 1, 1, 1, .. pairs.SelectMany(n => (byte[])[0,
            .. BitConverter.GetBytes(n)])]);

    public EventList Xid() => Add(EventType.Xid, new byte[8]);

    public EventList Transaction(long gtid, params int[] numbers) => Gtid(gtid).Query("BEGIN").Map().Rows(numbers).Xid();

    /// <summary>An XA transaction up to its XA PREPARE.</summary>
    /// <param name="gtid">The number of its GTID.</param>
    /// <param name="name">Its global id; the branch is empty.</param>
    /// <param name="rows">The rows that it writes.</param>
    public EventList Prepared(long gtid, char name, params int[] rows)
    {
        var xid = $"X'{(int)name:x2}',X'',1";
        Gtid(gtid).Query($"XA START {xid}");
        return (rows.Length == 0 ? this : Map().Rows(rows)).Query($"XA END {xid}")
            .Add(EventType.XaPrepare, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)name]);
    }

    public EventList Rotate(string file)
    {
        Add(EventType.Rotate, [4, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(file)]);
        return Fake(file, 4);
    }

    public EventList Heartbeat(string file, long position)
        => Raw(ScriptedFile.Event(27, 0, (uint)position, 0, Encoding.UTF8.GetBytes(file), checksum: true));

    public EventList HeartbeatV2(string file, uint position)
        => Raw(ScriptedFile.Event(41, 0, 0, 0, [1, (byte)file.Length, .. Encoding.UTF8.GetBytes(file), 2, 5, 0xfe - 1, (byte)position,
            (byte)(position >> 8), (byte)(position >> 16), 0, 0],
            checksum: true));

    public EventList Add(EventType type, byte[] body, ushort flags = 0)
    {
        Position += 19 + body.Length + 4;
        return Raw(ScriptedFile.Event((byte)type, 1_700_000_000, unchecked((uint)Position), flags, body, checksum: true));
    }

    public EventList Raw(byte[] e)
    {
        _events.Add(e);
        return this;
    }

    /// <summary>Puts the events into one array, as those of one read are, with bytes of other events after them.</summary>
    public EventList InOneChunk(int filler)
    {
        _chunk = [.. _events.SelectMany(e => e), .. new byte[filler]];
        return this;
    }

    public bool TryRead(out EventSlice slice)
    {
        var has = _next < _events.Count;
        slice = !has ? default
            : _chunk is { } chunk ? new EventSlice(chunk, _events.Take(_next).Sum(e => e.Length), _events[_next].Length)
            : new EventSlice(_events[_next], 0, _events[_next].Length);
        _next++;
        return has;
    }

    public ValueTask<bool> FillAsync(CancellationToken cancellationToken) => new(false);

    public ValueTask<(SchemaCatalogue Catalogue, bool IsKept)> OpenAsync(BinlogPosition position, CancellationToken cancellationToken)
        => new((new SchemaCatalogue(), false));

    public ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition place, BinlogCoordinates cursor,
        CancellationToken cancellationToken)
        => new(new SchemaLookup(new TableDefinition(database, table, [new ColumnDefinition("id", "int", IsNullable: true)], null, null),
            ""));

    public ValueTask<SchemaCatalogue?> ReadAllAsync(BinlogPosition place, CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;

    /// <summary>The events as a server sends them to a client that has these transactions.</summary>
    public EventList Without(GtidSet executed)
    {
        var result = new EventList();
        var skips = false;
        foreach (var bytes in _events)
        {
            if ((EventType)bytes[4] == EventType.Gtid)
            {
                var gtid = GtidEvent.Read(EventType.Gtid, bytes.AsSpan(EventHeader.Length));
                skips = executed.Contains(gtid.Gtid);
            }
            else if ((EventType)bytes[4] is EventType.Stop or EventType.Rotate or EventType.FormatDescription)
            {
                skips = false;
            }

            if (!skips)
            {
                result.Raw(bytes);
            }
        }

        return result;
    }

    /// <summary>Opens a feed that reads all events.</summary>
    public BinlogFeed Open(CdcOffset? start = null, bool items = true, long buffer = 1 << 20, string[]? include = null,
        bool verify = true, XaMode xa = XaMode.Buffer, FaultPolicy faults = FaultPolicy.Fail,
        bool skipUnchanged = false, string[]? fromSources = null, string[]? notFromSources = null,
        LargeTransactionMode large = LargeTransactionMode.Spill, SpillStorageDouble? storage = null, long spillBytes = 1 << 30)
    {
        _next = 0;
        var position = start is null ? BinlogPosition.At("binlog.000001") : BinlogPosition.Read(start);
        storage ??= new SpillStorageDouble();
        var settings = new FeedSettings
        {
            Identity = new FeedIdentity("test", null),
            Xa = xa,
            CaptureScope = FeedSettings.ScopeOf(include ?? []),
            OnIncident = faults,
            SkipUnchanged = skipUnchanged,
            Sources = GtidSourceFilter.Create(fromSources ?? [], notFromSources ?? []),
            OnStatementChange = faults,
            OnUndecodableEvent = faults,
            Logger = Logger,
            MaxBatchSize = 10,
            VerifyChecksums = verify,
            KeyChange = KeyChangeMode.Update,
            TransactionBufferBytes = buffer,
            LargeTransactions = large,
            TransactionSpillBytes = spillBytes,
            OpenSpillStorage = storage.Create,
            WantsItems = items,
        };
        var selection = new TableSelection(TableFilters.Create(include ?? [], [], ignoreCase: false), includesShadows: false, Logger);
        var schemas = new SchemaTracker(selection, this, LoggedSql.Instance, new SourceNotes(new InMemoryOffsetStore(), "test"),
            FaultPolicy.Fail);
        Assert.True(schemas.OpenAsync(position, isStored: false, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        return new BinlogFeed(this, schemas, settings, position, hasChecksums: true);
    }

    /// <summary>Reads all events through a feed of its own.</summary>
    public async Task<EventListRun> ReadAsync(CdcOffset? start = null, bool items = true, long buffer = 1 << 20, string[]? include = null,
        bool verify = true, XaMode xa = XaMode.Buffer, FaultPolicy faults = FaultPolicy.Fail,
        bool skipUnchanged = false, string[]? fromSources = null, string[]? notFromSources = null,
        LargeTransactionMode large = LargeTransactionMode.Spill, SpillStorageDouble? storage = null, long spillBytes = 1 << 30)
    {
        await using var feed = Open(start, items, buffer, include, verify, xa, faults, skipUnchanged, fromSources, notFromSources, large,
            storage, spillBytes);
        var transactions = new CdcEmbedded.Transactions.TransactionTracker(items);
        transactions.Start(start);
        transactions.OnOpened(feed.StartPosition);
        var entries = new List<FeedEntry>();
        try
        {
            while (await feed.ReadAsync(CancellationToken.None) is { } batch)
            {
                transactions.Process(batch);
                entries.AddRange(batch.Entries);
            }
        }
        catch (CdcException e)
        {
            return new EventListRun(entries, e);
        }

        return new EventListRun(entries, null);
    }
}
