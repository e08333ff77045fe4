using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The changes of one transaction that are in the spill file, as they came in the log: rows undecoded, with the number of their
/// table. One caller.</summary>
/// <param name="space">The feed's space.</param>
/// <param name="transactionId">The transaction, for messages.</param>
internal sealed class SpilledChanges(SpillSpace space, string transactionId)
{
    private readonly SpilledBytes _bytes = new(space, transactionId);
    private readonly List<CapturedTable> _tables = [];
    private readonly Dictionary<CapturedTable, int> _numbers = [];
    private readonly List<SchemaChange> _schemaChanges = [];
    private LoggedQuery? _query;
    private bool _isQueryWritten = true;
    private int _buffered;

    /// <summary>Number of bytes.</summary>
    public long Length => _bytes.Length;

    /// <summary>Appends entries.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="starts">Where each entry begins, and after those where the last one ends; null where nobody needs it.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing may be appended or read afterwards.</param>
    /// <exception cref="TransactionSpillException">There is no space, or the file cannot be written.</exception>
    public async ValueTask AppendAsync(List<HeldEntry> entries, long[]? starts, CancellationToken cancellationToken)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            Note(starts, i);
            switch (entries[i])
            {
                case { Set: { } set }:
                    await AppendAsync(set, cancellationToken).ConfigureAwait(false);
                    break;
                case { SchemaChange: { } change }:
                    await BufferHeaderAsync(SpillRecord.SchemaChange, EventHeader.Length, _schemaChanges.Count, cancellationToken)
                        .ConfigureAwait(false);
                    _schemaChanges.Add(change);
                    break;
                case { Notice: { } notice }:
                    await BufferAsync(SpillRecord.WriteNotice(notice), cancellationToken).ConfigureAwait(false);
                    break;
            }
        }

        Note(starts, entries.Count);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops the entries from a place on.</summary>
    /// <param name="length">Where an entry begins.</param>
    public void Truncate(long length)
    {
        _bytes.Truncate(length);

        // The statement of the rows before that place may have been dropped, and be that of the next ones.
        _isQueryWritten = false;
    }

    /// <summary>Reads bytes; see <see cref="SpilledBytes.ReadAsync"/>.</summary>
    public ValueTask<int> ReadAsync(long position, Memory<byte> buffer, CancellationToken cancellationToken)
        => _bytes.ReadAsync(position, buffer, cancellationToken);

    /// <summary>The table of a number.</summary>
    public CapturedTable TableOf(int number) => _tables[number];

    /// <summary>The schema change of a number.</summary>
    public SchemaChange SchemaChangeOf(int number) => _schemaChanges[number];

    private async ValueTask AppendAsync(MySqlChangeSet set, CancellationToken cancellationToken)
    {
        if (!_isQueryWritten || !ReferenceEquals(set.Context.Query, _query))
        {
            _query = set.Context.Query;
            _isQueryWritten = true;
            var text = _query?.Bytes ?? default;
            await BufferHeaderAsync(SpillRecord.Query, EventHeader.Length + text.Length, 0, cancellationToken).ConfigureAwait(false);
            await BufferAsync(text, cancellationToken).ConfigureAwait(false);
        }

        await EnsureRoomAsync(SpillRecord.RowsLength, cancellationToken).ConfigureAwait(false);
        SpillRecord.WriteRows(space.Buffer.AsSpan(_buffered), set, NumberOf(set.Table));
        _buffered += SpillRecord.RowsLength;
        var rows = set.Rows;
        await BufferAsync(rows.Buffer.AsMemory(rows.BodyStart, rows.BodyLength), cancellationToken).ConfigureAwait(false);
    }

    private int NumberOf(CapturedTable table)
    {
        if (!_numbers.TryGetValue(table, out var number))
        {
            number = _tables.Count;
            _tables.Add(table);
            _numbers.Add(table, number);
        }

        return number;
    }

    private async ValueTask BufferHeaderAsync(EventType kind, int length, int number, CancellationToken cancellationToken)
    {
        await EnsureRoomAsync(EventHeader.Length, cancellationToken).ConfigureAwait(false);
        SpillRecord.WriteHeader(space.Buffer.AsSpan(_buffered), kind, length, number);
        _buffered += EventHeader.Length;
    }

    private async ValueTask BufferAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await EnsureRoomAsync(bytes.Length, cancellationToken).ConfigureAwait(false);
        if (bytes.Length > space.Buffer.Length)
        {
            await _bytes.AppendAsync(bytes, cancellationToken).ConfigureAwait(false);
            return;
        }

        bytes.Span.CopyTo(space.Buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    /// <summary>Makes room in the buffer, which is empty afterwards where the bytes are more than it can hold.</summary>
    private ValueTask EnsureRoomAsync(int length, CancellationToken cancellationToken)
        => length > space.Buffer.Length - _buffered ? FlushAsync(cancellationToken) : default;

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var bytes = space.Buffer.AsMemory(0, _buffered);
        _buffered = 0;
        await _bytes.AppendAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private void Note(long[]? starts, int entry)
    {
        if (starts is not null)
        {
            starts[entry] = _bytes.Length + _buffered;
        }
    }
}
