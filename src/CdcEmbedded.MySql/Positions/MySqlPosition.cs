using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Positions;

/// <summary>A position in a binlog: the restart point, always a transaction's begin, how much of that transaction is done, and which prepared XA
/// transactions are open.</summary>
internal sealed class MySqlPosition : SourcePosition
{
    private readonly FeedIdentity _identity;
    private readonly ExecutedGtids _executed;
    private readonly string? _file;
    private readonly long _position;
    private readonly PendingXa[] _pending;
    private readonly TransactionGtid _gtid;
    private readonly long _rows;
    private readonly int _schemaChanges;
    private readonly ulong _check;

    /// <summary>Between transactions.</summary>
    public MySqlPosition(FeedIdentity identity, ExecutedGtids executed, string? file, long position, PendingXa[] pending)
    {
        _identity = identity;
        _executed = executed;
        _file = file;
        _position = position;
        _pending = pending;
    }

    /// <summary>Inside the transaction that begins at a position, after a number of its delivered changes.</summary>
    public MySqlPosition(FeedIdentity identity, ExecutedGtids executed, string? file, long position, PendingXa[] pending, TransactionGtid gtid, long rows,
        ulong check, int schemaChanges)
        : this(identity, executed, file, position, pending)
    {
        _gtid = gtid;
        _rows = rows;
        _check = check;
        _schemaChanges = schemaChanges;
    }

    /// <inheritdoc/>
    public override bool IsTransactionEnd => _rows == 0 && _schemaChanges == 0;

    /// <inheritdoc/>
    public override CdcOffset ToOffset() => ToDocument().ToOffset();

    /// <summary>What the offset says.</summary>
    public OffsetDocument ToDocument() => new()
    {
        Server = _identity.ServerUuid,
        GtidSet = _executed.ToSet(),
        GtidPosition = _executed.Position,
        File = _file,
        Position = _position,
        Rows = _rows,
        SchemaChanges = _schemaChanges,
        Check = _check,
        TransactionGtid = _gtid.HasValue && !IsTransactionEnd ? _gtid.ToString() : null,
        Pending = _pending,
    };
}
