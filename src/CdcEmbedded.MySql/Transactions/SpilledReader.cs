using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads the changes of a spilled transaction back, a chunk at a time: the same change sets as the log gave. One caller.</summary>
/// <param name="changes">The changes.</param>
/// <param name="transaction">Their transaction.</param>
/// <param name="sets">Makes the sets.</param>
/// <param name="scanner">Scans the rows.</param>
/// <param name="start">The count before the first change.</param>
internal sealed class SpilledReader(SpilledChanges changes, MySqlTransaction transaction, ChangeSetFactory sets, RowScanner scanner,
    ChangeCount start)
{
    private readonly EventChunks _chunks = new(Array.MaxLength);
    private ChangeCount _count = start;
    private LoggedQuery? _query;
    private long _position;

    /// <summary>True if the last entry was read.</summary>
    public bool IsAtEnd => _position == changes.Length && _chunks.Buffered == 0;

    /// <summary>Reads the next entry.</summary>
    /// <returns>The default value after the last one.</returns>
    /// <exception cref="TransactionSpillException">The file cannot be read.</exception>
    public async ValueTask<HeldEntry> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_chunks.TryRead(out var record))
            {
                if (Decode(record) is { HasValue: true } entry)
                {
                    return entry;
                }
            }
            else if (_position == changes.Length)
            {
                return default;
            }
            else
            {
                var count = await changes.ReadAsync(_position, _chunks.GetFreeMemory(), cancellationToken).ConfigureAwait(false);
                _chunks.Advance(count);
                _position += count;
            }
        }
    }

    private HeldEntry Decode(in EventSlice record)
    {
        var header = EventHeader.Read(record.Span);
        switch (header.Type)
        {
            case SpillRecord.Query:
                _query = record.Length > EventHeader.Length
                    ? new LoggedQuery(record.Buffer, record.Offset + EventHeader.Length, record.Length - EventHeader.Length)
                    : null;
                return default;
            case SpillRecord.SchemaChange:
                return new HeldEntry(changes.SchemaChangeOf((int)header.NextPosition));
            case SpillRecord.Notice:
                return new HeldEntry(SpillRecord.ReadNotice(record.Span, header));
            default:
                return ReadRows(record, header);
        }
    }

    private HeldEntry ReadRows(in EventSlice record, in EventHeader header)
    {
        var (context, headerLength) = SpillRecord.ReadRows(record.Span, header, _query);
        var table = changes.TableOf((int)header.NextPosition);
        var rows = scanner.Scan(table.Map, new RowsHeader(header.Type, 0, 0, headerLength), record.Buffer,
            record.Offset + SpillRecord.RowsLength, record.Length - SpillRecord.RowsLength);
        return sets.Create(rows, table, transaction, context, ref _count) is { } set ? new HeldEntry(set) : default;
    }
}
