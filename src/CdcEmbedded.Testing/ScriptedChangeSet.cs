using System.Globalization;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>Consecutive scripted changes of one table in one transaction, as one event of a log would carry them.</summary>
internal sealed class ScriptedChangeSet : ChangeSet
{
    private readonly IReadOnlyList<ScriptedChange> _changes;
    private readonly string _engine;
    private readonly int _transactionIndex;
    private readonly int _firstRow;
    private readonly bool _endsTransaction;
    private readonly ScriptedTransaction? _transaction;
    private readonly DateTimeOffset _timestamp;

    /// <param name="engine">The engine's name.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="transaction">Null outside of one.</param>
    /// <param name="transactionIndex">Number of transactions before it.</param>
    /// <param name="firstRow">Number of rows of the transaction before it.</param>
    /// <param name="endsTransaction">True if reading resumes with the next transaction after the last change.</param>
    /// <param name="timestamp">When it was committed.</param>
    public ScriptedChangeSet(string engine, IReadOnlyList<ScriptedChange> changes,
        ScriptedTransaction? transaction, int transactionIndex, int firstRow, bool endsTransaction, DateTimeOffset timestamp)
    {
        _engine = engine;
        _changes = changes;
        _transaction = transaction;
        _transactionIndex = transactionIndex;
        _firstRow = firstRow;
        _endsTransaction = endsTransaction;
        _timestamp = timestamp;
        StartAt(firstRow + 1);
    }

    /// <summary>The last change as an event of its own.</summary>
    public ScriptedChangeSet Again() => new(_engine, [_changes[^1]], _transaction, _transactionIndex,
        _firstRow + _changes.Count - 1, _endsTransaction, _timestamp);

    public override int Count => _changes.Count;

    public override long ByteSize => 100L * _changes.Count;

    public override string GetDatabase(int change) => _changes[change].Database;

    public override string GetTable(int change) => _changes[change].Table;

    public override DateTimeOffset GetTimestamp(int change) => _timestamp;

    public override TransactionInfo? Transaction => _transaction;

    public override bool HasOneTable => true;

    /// <remarks>A truncation has none, as in a log: its statement names no columns.</remarks>
    public override TableSchema? GetSchema(int change)
        => _changes[change].Operation == ChangeOperation.Truncate ? null : _changes[change].Schema;

    public override ChangeOperation GetOperation(int change) => _changes[change].Operation;

    public override DataRecord GetBefore(int change) => _changes[change].Before;

    public override DataRecord GetAfter(int change) => _changes[change].After;

    public override DataRecord GetKey(int change) => _changes[change].Key;

    public override SourceInfo GetSource(int change) => new()
    {
        Connector = ScriptedPosition.ConnectorName,
        Name = _engine,
        Timestamp = _timestamp,
        Database = GetDatabase(change),
        Table = GetTable(change),
    };

    public override string GetEventId(int change)
        => string.Create(CultureInfo.InvariantCulture, $"scripted:{_transactionIndex}:{_firstRow + change}");

    public override SourcePosition GetPosition(int change) => _endsTransaction && change == _changes.Count - 1
        ? new ScriptedPosition(_transactionIndex + 1, 0)
        : new ScriptedPosition(_transactionIndex, _firstRow + change + 1);
}
