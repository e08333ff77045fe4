using System.Security.Cryptography;
using System.Text;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>The sessions of all clients: transactions under way, and the reply of the last retryable write.</summary>
internal sealed class SessionTable(DataStore store)
{
    private readonly Dictionary<DocBinary, WriteTransaction> _transactions = [];
    private readonly Dictionary<DocBinary, (long Number, Doc Reply)> _replies = [];

    /// <summary>The transaction of the command, begun where it says so; null outside of one.</summary>
    /// <exception cref="CommandError">There is no such transaction.</exception>
    public WriteTransaction? TransactionOf(CommandContext context)
    {
        if (context.Command["autocommit"] is not false || Identity(context) is not (var session, var number))
        {
            return null;
        }

        if (context.Command.Flag("startTransaction")
            && !(_transactions.TryGetValue(session, out WriteTransaction? begun) && begun.Number == number))
        {
            return _transactions[session] = new WriteTransaction(store, EventSession(context, session), number);
        }

        return _transactions.TryGetValue(session, out WriteTransaction? transaction) && transaction.Number == number
            ? transaction
            : throw new CommandError(
                251, $"Given transaction number {number} does not match any in-progress transactions.", "TransientTransactionError");
    }

    public void Commit(CommandContext context) => Required(context).Commit();

    public void Abort(CommandContext context)
    {
        WriteTransaction transaction = Required(context);
        if (transaction.IsCommitted)
        {
            throw new CommandError(256, $"Transaction {transaction.Number} has been committed.");
        }

        _transactions.Remove(Identity(context)?.Session ?? throw new CommandError(72, "no session"));
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

    private static (DocBinary Session, long Number)? Identity(CommandContext context) =>
        context.Command.Path("lsid", "id") is DocBinary session && context.Command.Number("txnNumber") is { } number
            ? (session, number)
            : null;

    // As in events: the client's id and a digest of its user.
    private static Doc EventSession(CommandContext context, DocBinary session) => new()
    {
        { "id", session },
        { "uid", SHA256.HashData(Encoding.UTF8.GetBytes(context.Connection.User is { } user ? $"{user.Name}@{user.Database}" : "")) },
    };

    private WriteTransaction Required(CommandContext context) =>
        TransactionOf(context) ?? throw new CommandError(50768, $"{context.Name} must be run within a transaction");
}
