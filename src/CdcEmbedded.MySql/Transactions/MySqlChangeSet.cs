using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The changes of one rows event. Immutable but for its lazily made key view, once it is handed out.</summary>
/// <remarks>The records are those of the <see cref="RowBuffer"/>. <c>_parts</c> is there only where the changes are not one for each
/// row: see <see cref="ChangeParts"/>.</remarks>
internal sealed class MySqlChangeSet : ChangeSet, IRowOrigin
{
    /// <summary>About what the set itself takes.</summary>
    private const int FixedSize = 256;

    private readonly RowBuffer _rows;
    private readonly CapturedTable _table;
    private readonly MySqlTransaction _transaction;
    private readonly RowsContext _context;
    private readonly int[]? _parts;
    private readonly int _pinned;
    private readonly int _first;
    private readonly int _count;
    private readonly ChangeOperation _operation;
    private bool _isProvisional;
    private KeyRecordSet? _keys;

    /// <summary>Creates the set.</summary>
    /// <param name="rows">The scanned rows.</param>
    /// <param name="table">Their table.</param>
    /// <param name="transaction">Their transaction.</param>
    /// <param name="context">What the event's header and surroundings say.</param>
    /// <param name="parts">From <see cref="ChangeParts.Of"/>; null where each row is one change.</param>
    /// <param name="countBefore">The transaction's changes before this event.</param>
    /// <param name="first">How many of the event's changes were delivered before a restart and are skipped.</param>
    /// <param name="pinned">The received bytes that this set keeps alive and no set before it does.</param>
    public MySqlChangeSet(RowBuffer rows, CapturedTable table, MySqlTransaction transaction, RowsContext context, int[]? parts,
        ChangeCount countBefore, int first, int pinned)
    {
        _rows = rows;
        _table = table;
        _operation = OperationOf(rows.Operation);
        _transaction = transaction;
        _context = context;
        _parts = parts;
        CountBefore = countBefore;
        _first = first;
        _pinned = pinned;
        _count = (parts?.Length ?? rows.RowCount) - first;
        rows.Origin ??= this;
    }

    private MySqlChangeSet(MySqlChangeSet whole, int done)
        : this(whole._rows, whole._table, whole._transaction, whole._context, whole._parts, whole.CountBefore, done, whole._pinned)
        => _isProvisional = whole._isProvisional;

    /// <summary>The scanned rows.</summary>
    public RowBuffer Rows => _rows;

    /// <inheritdoc/>
    public string Place => _context.PlaceOf(_transaction.File);

    /// <summary>Their table.</summary>
    public CapturedTable Table => _table;

    /// <summary>What the event's header and surroundings say.</summary>
    public RowsContext Context => _context;

    /// <summary>The transaction's changes before this event.</summary>
    public ChangeCount CountBefore { get; }

    /// <summary>The same changes without the first ones.</summary>
    public MySqlChangeSet Without(int done) => new(this, done);

    /// <summary>The transaction's changes after a number of this event's.</summary>
    public ChangeCount CountAfter(int changes) => CountBefore.Add(_table.Hash, changes);

    public override int Count => _count;

    public override long ByteSize => FixedSize + _pinned + _rows.OffsetBytes;

    public override string GetDatabase(int change) => _table.Schema.Database;

    public override string GetTable(int change) => _table.Schema.Name;

    public override TableSchema? GetSchema(int change) => _table.Schema;

    public override bool HasOneTable => true;

    public override DateTimeOffset GetTimestamp(int change) => _transaction.ImmediateCommit > 0
        ? _transaction.Timestamp
        : DateTimeOffset.FromUnixTimeSeconds(_context.HeaderSeconds);

    public override TransactionInfo? Transaction => _transaction;

    /// <inheritdoc/>
    public override bool IsProvisional => _isProvisional;

    /// <summary>Marks the changes as not known to be committed; before the set is handed out.</summary>
    public void MarkProvisional() => _isProvisional = true;

    public override ChangeOperation GetOperation(int change) => HalfOf(change) switch
    {
        ChangeParts.DeleteHalf or ChangeParts.EndOfRow => ChangeOperation.Delete,
        ChangeParts.CreateHalf => ChangeOperation.Create,
        _ => _operation,
    };

    public override DataRecord GetBefore(int change) => _operation switch
    {
        ChangeOperation.Delete => new DataRecord(_rows, RowOf(change)),
        ChangeOperation.Update when HalfOf(change) != ChangeParts.CreateHalf => new DataRecord(_rows, 2 * RowOf(change)),
        _ => default,
    };

    public override DataRecord GetAfter(int change) => _operation switch
    {
        ChangeOperation.Create => new DataRecord(_rows, RowOf(change)),
        ChangeOperation.Update when HalfOf(change) is ChangeParts.WholeRow or ChangeParts.CreateHalf
            => new DataRecord(_rows, (2 * RowOf(change)) + 1),
        _ => default,
    };

    public override DataRecord GetKey(int change) => _operation != ChangeOperation.Update
        ? KeyOf(RowOf(change))
        : KeyOf((2 * RowOf(change)) + (HalfOf(change) is ChangeParts.DeleteHalf or ChangeParts.EndOfRow ? 0 : 1));

    public override DataRecord GetRelatedKey(int change) => HalfOf(change) switch
    {
        ChangeParts.DeleteHalf => KeyOf((2 * RowOf(change)) + 1),
        ChangeParts.CreateHalf => KeyOf(2 * RowOf(change)),
        _ => default,
    };

    public override SourcePosition GetPosition(int change)
    {
        var count = CountAfter(_first + change + 1);
        return _transaction.PositionAfter(count.Rows, count.Check);
    }

    public override string GetEventId(int change)
    {
        var half = HalfOf(change) switch { ChangeParts.DeleteHalf => "d", ChangeParts.CreateHalf => "c", _ => "" };
        var place = _context.PlaceOf(_transaction.File, RowOf(change), half);
        return _transaction.HasGtid ? $"{_transaction.Gtid}/{place}" : place;
    }

    public override SourceInfo GetSource(int change) => new MySqlSourceInfo
    {
        Connector = MySqlSource.ConnectorName,
        Name = _transaction.Identity.Name,
        Timestamp = GetTimestamp(change),
        Database = _table.Schema.Database,
        Table = _table.Schema.Name,
        ServerId = _context.ServerId,
        Gtid = _transaction.HasGtid ? _transaction.Gtid.ToString() : null,
        File = _transaction.File,
        Position = _context.EventPosition,
        PayloadOffset = _context.PayloadOffset,
        Row = RowOf(change),
        ThreadId = _transaction.ThreadId,
        Query = _context.Query?.Text,
        OriginalCommitTimestamp = _transaction.OriginalCommit > 0 ? MySqlTransaction.FromMicroseconds(_transaction.OriginalCommit) : null,
    };

    /// <inheritdoc/>
    public override int? GetSourceRow(int change) => RowOf(change);

    private static ChangeOperation OperationOf(RowsOperation operation) => operation switch
    {
        RowsOperation.Write => ChangeOperation.Create,
        RowsOperation.Delete => ChangeOperation.Delete,
        _ => ChangeOperation.Update,
    };

    private int RowOf(int change) => _parts is { } parts ? parts[_first + change] >> 2 : _first + change;

    private int HalfOf(int change) => _parts is { } parts ? parts[_first + change] & 3 : ChangeParts.WholeRow;

    private DataRecord KeyOf(int record)
    {
        if (_table.KeySchema is not { } schema)
        {
            return default;
        }

        // Two threads may both make one: they are alike, and the last one stays.
        _keys ??= new KeyRecordSet(_rows, schema, _table.KeyColumns);
        return new DataRecord(_keys, record);
    }
}
