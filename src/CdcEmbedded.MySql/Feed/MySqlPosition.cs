using CdcEmbedded.MySql.Binlog;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Feed;

/// <summary>A position in a binlog: the restart point, always a transaction's begin, and how many of that transaction's changes are done.</summary>
internal sealed class MySqlPosition : SourcePosition
{
    private readonly FeedIdentity _identity;
    private readonly GtidSnapshot? _executed;
    private readonly string? _file;
    private readonly long _position;
    private readonly MySqlTransaction? _transaction;
    private readonly long _rows;
    private readonly ulong _check;

    /// <summary>Between transactions.</summary>
    public MySqlPosition(FeedIdentity identity, GtidSnapshot? executed, string? file, long position)
    {
        _identity = identity;
        _executed = executed;
        _file = file;
        _position = position;
    }

    /// <summary>Inside a transaction, after a number of its delivered changes.</summary>
    public MySqlPosition(MySqlTransaction transaction, long rows, ulong check)
        : this(transaction.Identity, transaction.ExecutedBefore, transaction.File, transaction.BeginPosition)
    {
        _transaction = transaction;
        _rows = rows;
        _check = check;
    }

    /// <inheritdoc/>
    public override bool IsTransactionEnd => _transaction is null || _rows == 0;

    /// <inheritdoc/>
    public override Offset ToOffset() => new OffsetDocument
    {
        Server = _identity.ServerUuid,
        GtidSet = _executed?.ToSet(),
        File = _file,
        Position = _position,
        Rows = _rows,
        Check = _check,
        TransactionGtid = _transaction is { HasGtid: true } transaction ? transaction.Gtid.ToString() : null,
    }.ToOffset();
}
