using CdcEmbedded.MongoDb.Double.Sessions;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>
/// What a server checks before a getMore may use a cursor (getmore_cmd.cpp, <c>validateLSID</c> and <c>validateTxnNumber</c>; with
/// authorization also authorization_session_impl.cpp, <c>checkCursorSessionPrivilege</c>).
/// </summary>
internal static class GetMoreCheck
{
    /// <exception cref="CommandError">The cursor is not this client's, or the command does not fit it.</exception>
    public static void Check(CommandContext context, ServerCursor cursor)
    {
        string collection = context.Command.Text("collection")
            ?? throw new CommandError(40414, "BSON field 'getMore.collection' is missing but a required field");
        if (context.Database != cursor.Database || collection != cursor.Collection)
        {
            throw new CommandError(
                13, $"Requested getMore on namespace '{context.Database}.{collection}', but cursor belongs to a different namespace "
                + $"{cursor.Database}.{cursor.Collection}");
        }

        CheckSession(context, cursor);
        if (cursor.InUse)
        {
            throw new CommandError(143, $"cursor id {cursor.Id} is already in use");
        }

        if (!cursor.Awaits && context.Command.Has("maxTimeMS"))
        {
            throw new CommandError(2, "cannot set maxTimeMS on getMore command for a non-awaitData cursor");
        }

        cursor.Api.RequireSame(ApiParameters.Of(context.Command), context.Name, "the cursor-creating command");
    }

    private static void CheckSession(CommandContext context, ServerCursor cursor)
    {
        SessionKey? session = SessionKey.Of(context);
        if (cursor.Session is { } own && session != own && context.Connection.User is not null)
        {
            throw new CommandError(
                13, $"Cursor session id ({own}) is not the same as the operation context's session id ({session?.ToString() ?? "none"})");
        }

        string cursorId = $"Cannot run getMore on cursor {cursor.Id}";
        switch (cursor.Session, session)
        {
            case (null, { } other):
                throw new CommandError(50736, $"{cursorId}, which was not created in a session, in session {other}");
            case ({ } first, null):
                throw new CommandError(50737, $"{cursorId}, which was created in session {first}, without an lsid");
            case ({ } first, { } other) when first != other:
                throw new CommandError(50738, $"{cursorId}, which was created in session {first}, in session {other}");
        }

        long? number = context.Command.Has("autocommit") ? context.Command.Number("txnNumber") : null;
        switch (cursor.TransactionNumber, number)
        {
            case (null, not null):
                throw new CommandError(50739, $"{cursorId}, which was not created in a transaction, with txnNumber {number}");
            case (not null, null):
                throw new CommandError(
                    50740, $"{cursorId}, which was created in transaction {cursor.TransactionNumber}, without a txnNumber");
            case ({ } first, { } other) when first != other:
                throw new CommandError(50741, $"{cursorId}, which was created in transaction {first}, in transaction {other}");
        }
    }
}
