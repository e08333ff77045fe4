namespace CdcEmbedded.Testing;

/// <summary>Builds single <see cref="ChangeEvent"/>s for unit tests of code that handles them. Not thread-safe.</summary>
public sealed class ChangeEventBuilder
{
    private readonly ChangeOperation _operation;
    private readonly string _table;
    private readonly ScriptedRow? _before;
    private readonly ScriptedRow? _after;
    private string[]? _key;
    private string _engine = "test";
    private int _transaction;
    private int _row;
    private bool _hasTransaction;
    private DateTimeOffset _timestamp = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private ChangeEventBuilder(ChangeOperation operation, string table, ScriptedRow? before, ScriptedRow? after)
    {
        _operation = operation;
        _table = table;
        _before = before;
        _after = after;
    }

    /// <summary>An insert.</summary>
    /// <param name="table">As <c>database.table</c>.</param>
    /// <param name="after">The row; see <see cref="ScriptedValue.From"/>.</param>
    public static ChangeEventBuilder Insert(string table, params (string Name, object? Value)[] after)
        => new(ChangeOperation.Create, table, null, ScriptedRow.Of(after));

    /// <summary>An update.</summary>
    public static ChangeEventBuilder Update(string table, ScriptedRow before, ScriptedRow after)
        => new(ChangeOperation.Update, table, before, after);

    /// <summary>A delete.</summary>
    /// <param name="table">As <c>database.table</c>.</param>
    /// <param name="before">The row; see <see cref="ScriptedValue.From"/>.</param>
    public static ChangeEventBuilder Delete(string table, params (string Name, object? Value)[] before)
        => new(ChangeOperation.Delete, table, ScriptedRow.Of(before), null);

    /// <summary>A truncate.</summary>
    public static ChangeEventBuilder Truncate(string table) => new(ChangeOperation.Truncate, table, null, null);

    /// <summary>The key's columns. Default: <c>id</c>, if the row has it.</summary>
    public ChangeEventBuilder WithKey(params string[] columns)
    {
        _key = columns;
        return this;
    }

    /// <summary>The engine's name in <see cref="ChangeEvent.Source"/>. Default: <c>test</c>.</summary>
    public ChangeEventBuilder WithEngine(string name)
    {
        _engine = name;
        return this;
    }

    /// <summary>When it was committed. Default: 2026-01-01 00:00:00 UTC.</summary>
    public ChangeEventBuilder WithTimestamp(DateTimeOffset timestamp)
    {
        _timestamp = timestamp;
        return this;
    }

    /// <summary>Puts it into a transaction.</summary>
    /// <param name="index">Which one: gives its id.</param>
    /// <param name="order">The change's place in it, counted from 1.</param>
    public ChangeEventBuilder WithTransaction(int index, int order = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        _hasTransaction = true;
        _transaction = index;
        _row = order - 1;
        return this;
    }

    /// <summary>Makes the event; each call a new one with the same contents.</summary>
    /// <exception cref="ArgumentException">The table is not <c>database.table</c>, or a key column is in neither row.</exception>
    public ChangeEvent Build()
    {
        var key = _operation == ChangeOperation.Truncate ? [] : _key;
        var transaction = _hasTransaction ? new ScriptedTransaction(_transaction, _timestamp) : null;
        return new ScriptedChangeSet(_engine, [ScriptedChange.Create(_operation, _table, _before, _after, key)], transaction,
            _transaction, _row,
            !_hasTransaction, _timestamp).ToEvent(0);
    }
}
