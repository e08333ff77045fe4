using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>
/// The labels that a server of 4.4 or later puts on errors of its own (error_labels.cpp with the categories of error_codes.yml).
/// What a fail point makes has only the labels that it was given.
/// </summary>
internal static class ErrorLabels
{
    private const int FirstVersion = 9;

    public static CommandError Add(CommandContext context, CommandError error)
    {
        if (context.Deployment.Options.MaxWireVersion < FirstVersion)
        {
            return error;
        }

        if (CommandError.IsResumable(error.Code) && IsChangeStream(context))
        {
            return error.Labelled("ResumableChangeStreamError");
        }

        if (error.Code is 280 or 286)
        {
            return error.Labelled("NonResumableChangeStreamError");
        }

        bool retryable = context.Command.Has("txnNumber") && !context.Command.Has("autocommit")
            && CommandError.IsRetryableWrite(error.Code);
        return retryable ? error.Labelled("RetryableWriteError") : error;
    }

    private static bool IsChangeStream(CommandContext context) => context.Name == "getMore"
        || (context.Name == "aggregate" && (context.Command.Array("pipeline")?.FirstOrDefault() as Doc)?.Has("$changeStream") == true);
}
