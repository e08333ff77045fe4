using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Faults;

/// <summary>
/// The fail points that the drivers' specification tests configure: <c>failCommand</c> and <c>failGetMoreAfterCursorCheckout</c>
/// ("Server Fail Point" in the drivers' unified test format).
/// </summary>
internal static class FailPoint
{
    /// <summary>Reads a configureFailPoint command; null where it switches the point off.</summary>
    public static CommandFault? Parse(Doc command)
    {
        string name = command.Text("configureFailPoint") ?? "";
        bool getMore = name == "failGetMoreAfterCursorCheckout";
        if (!getMore && name != "failCommand")
        {
            throw new CommandError(20, $"The fail point '{name}' is not played");
        }

        Doc data = command.Document("data") ?? [];
        return command["mode"] switch
        {
            "off" => null,
            "alwaysOn" => Read(data, getMore, 0, int.MaxValue),
            Doc mode => Read(data, getMore, Count(mode, "skip", 0), Count(mode, "times", int.MaxValue)),
            _ => throw new CommandError(2, "unknown mode of a fail point"),
        };
    }

    private static CommandFault Read(Doc data, bool getMore, int skip, int times)
    {
        int? code = (int?)data.Number("errorCode");
        string[] commands = getMore ? ["getMore"] : [.. data.Array("failCommands")?.OfType<string>() ?? []];
        IEnumerable<string> labels = data.Array("errorLabels")?.OfType<string>()
            ?? (getMore && code is { } known && CommandError.IsResumable(known) ? ["ResumableChangeStreamError"] : []);
        return new CommandFault(commands)
        {
            Skip = skip,
            Times = times,
            Block = data.Flag("blockConnection") ? TimeSpan.FromMilliseconds(data.Number("blockTimeMS") ?? 0) : TimeSpan.Zero,
            ErrorCode = code,
            Message = data.Text("errorMsg") ?? "Failing command via 'failCommand' failpoint",
            Labels = [.. labels],
            CloseConnection = data.Flag("closeConnection"),
            WriteConcernError = data.Document("writeConcernError"),
            ApplicationName = data.Text("appName"),
        };
    }

    private static int Count(Doc mode, string name, int otherwise) => (int)Math.Min(mode.Number(name) ?? otherwise, int.MaxValue);
}
