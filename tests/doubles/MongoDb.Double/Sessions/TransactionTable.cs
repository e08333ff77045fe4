using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Commands;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Sessions;

/// <summary>
/// The transactions in progress of all sessions, and the reply of each session's last retryable write. Used under the store's gate.
/// </summary>
internal sealed class TransactionTable(DataStore store)
{
    private readonly Dictionary<SessionKey, WriteTransaction> _transactions = [];
    private readonly Dictionary<SessionKey, ApiParameters> _api = [];
    private readonly Dictionary<SessionKey, (long Number, Doc Reply)> _replies = [];
    private TaskCompletionSource _nextEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the next transaction ends.</summary>
    public Task NextEnd => _nextEnd.Task;

    /// <summary>True if a transaction in progress has written the document of an operation.</summary>
    public bool HaveWritten(OplogEntry entry) => _transactions.Values.Any(transaction => transaction.HasWritten(entry));

    /// <summary>The transaction of the command, begun where it says so; null outside of one.</summary>
    /// <exception cref="CommandError">There is no such transaction, or it was begun with other API parameters.</exception>
    public WriteTransaction? TransactionOf(CommandContext context)
    {
        if (context.Command["autocommit"] is not false || Identity(context) is not (var session, var number))
        {
            return null;
        }

        if (context.Command.Flag("startTransaction")
            && !(_transactions.TryGetValue(session, out WriteTransaction? begun) && begun.Number == number))
        {
            _api[session] = ApiParameters.Of(context.Command);
            return _transactions[session] = new WriteTransaction(store, session.ToEventField(), number, _transactions.Values);
        }

        WriteTransaction transaction = _transactions.TryGetValue(session, out WriteTransaction? known) && known.Number == number
            ? known
            : throw new CommandError(
                251, $"Given transaction number {number} does not match any in-progress transactions.", "TransientTransactionError");
        _api[session].RequireSame(ApiParameters.Of(context.Command), context.Name, "the transaction's first command");
        return transaction;
    }

    public void Commit(CommandContext context)
    {
        Required(context).Commit();
        OnEnded();
    }

    public void Abort(CommandContext context)
    {
        WriteTransaction transaction = Required(context);
        if (transaction.IsCommitted)
        {
            throw new CommandError(256, $"Transaction {transaction.Number} has been committed.");
        }

        _transactions.Remove(Identity(context)?.Session ?? throw new CommandError(72, "no session"));
        OnEnded();
    }

    /// <summary>Aborts the transactions of sessions that are gone.</summary>
    public void Forget(IEnumerable<SessionKey> sessions)
    {
        foreach (SessionKey session in sessions)
        {
            _transactions.Remove(session);
        }

        OnEnded();
    }

    /// <summary>The reply given before to the same retryable write.</summary>
    public Doc? Replayed(CommandContext context) =>
        !context.Command.Has("autocommit") && Identity(context) is (var session, var number)
        && _replies.TryGetValue(session, out (long Number, Doc Reply) last) && last.Number == number
            ? last.Reply
            : null;

    public void Remember(CommandContext context, Doc reply)
    {
        if (!context.Command.Has("autocommit") && Identity(context) is (var session, var number))
        {
            _replies[session] = (number, reply);
        }
    }

    private static (SessionKey Session, long Number)? Identity(CommandContext context) =>
        SessionKey.Of(context) is { } session && context.Command.Number("txnNumber") is { } number ? (session, number) : null;

    private void OnEnded()
    {
        _nextEnd.SetResult();
        _nextEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private WriteTransaction Required(CommandContext context) =>
        TransactionOf(context) ?? throw new CommandError(50768, $"{context.Name} must be run within a transaction");
}
