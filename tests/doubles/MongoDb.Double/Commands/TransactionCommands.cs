using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>The ends of a transaction.</summary>
internal static class TransactionCommands
{
    public static Doc Commit(CommandContext context)
    {
        context.Deployment.Transactions.Commit(context);
        return [];
    }

    public static Doc Abort(CommandContext context)
    {
        context.Deployment.Transactions.Abort(context);
        return [];
    }
}
