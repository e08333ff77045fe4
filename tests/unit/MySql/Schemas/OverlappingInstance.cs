using System.Text;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Schemas;

/// <summary>What an engine does with its store while it reads a log of statements: loads the offset and the note, keeps the note for each
/// statement, and stores its offset, with the real tracker, notes and compare-and-set.</summary>
internal sealed class OverlappingInstance(IOffsetStore store, IReadOnlyList<(long End, string Sql)> log, ISchemaSource source)
{
    private readonly SourceNotes _notes = new(store, "e");
    private readonly StoreSlot _slot = new(store, "e", NullLogger.Instance);
    private SchemaTracker? _tracker;
    private long _position;
    private long _sequence;

    /// <summary>The first column of table t where the instance is.</summary>
    public string? Column
    {
        get
        {
            _tracker!.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);
            return _tracker.Find(77)?.Table?.Schema.Columns[0].Name;
        }
    }

    public string? Stored => _slot.Text;

    /// <summary>Starts where the stored offset says, or at the log's beginning.</summary>
    public async Task StartAsync()
    {
        var text = await _slot.LoadAsync(CancellationToken.None);
        var position = At(BinlogCoordinates.FirstPosition);
        if (text is not null)
        {
            var offset = CdcOffset.Parse(text);
            _notes.Resume(offset);
            position = BinlogPosition.Read(offset);
        }

        _position = position.Coordinates!.Value.Position;
        var selection = new TableSelection(TableFilters.Create(["*.*"], [], ignoreCase: false), includesShadows: false,
            NullLogger.Instance);
        _tracker = new SchemaTracker(selection, source, LoggedSql.Instance, _notes, FaultPolicy.Fail);
        await _tracker.OpenAsync(position, text is not null, CancellationToken.None);
        if (text is null)
        {
            await StoreAsync();
        }
    }

    /// <summary>Reads the next statements, as far as they go, and keeps the note.</summary>
    public async Task ReadAsync(int statements)
    {
        foreach (var (end, sql) in log.Where(entry => entry.End > _position).Take(statements).ToList())
        {
            byte[] body = [7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, (byte)'d', (byte)'b', 0, .. Encoding.UTF8.GetBytes(sql)];
            _tracker!.Apply(_tracker.Read(QueryEvent.Read(body), TestEvents.Format),
                new TransactionMark(default, new BinlogCoordinates("binlog.000001", end)));
            await _tracker.SaveAsync(CancellationToken.None);
            _position = end;
        }
    }

    /// <summary>Stores the offset where the instance is.</summary>
    public ValueTask StoreAsync()
        => _slot.SaveAsync(StreamPlace.Of(At(_position)).ToOffset(new Origin(_notes)).ToString(), ++_sequence, CancellationToken.None);

    /// <summary>Reads everything and stores the offset after each number of statements; a conflict ends it.</summary>
    public async Task RunAsync(int statementsForOffset)
    {
        try
        {
            await StartAsync();
            while (_position < log[^1].End)
            {
                await ReadAsync(statementsForOffset);
                await StoreAsync();
            }
        }
        catch (OffsetConflictException)
        {
            // The other one is ahead.
        }
    }

    private static BinlogPosition At(long position)
        => new() { Server = "s", Coordinates = new BinlogCoordinates("binlog.000001", position) };

    private sealed class Origin(SourceNotes notes) : IOffsetOrigin
    {
        public string? Notes => notes.References;

        public ValueTask SaveAsync(ChangeBatch batch, IOffsetStore transaction, CancellationToken cancellationToken)
            => throw new NotSupportedException();

        public ValueTask SaveAsync(StreamItem item, IOffsetStore transaction, CancellationToken cancellationToken)
            => throw new NotSupportedException();

        public void OnCommitted(ChangeBatch batch) => throw new NotSupportedException();
    }
}
