using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Faults;

/// <summary>A <c>failCommand</c> or <c>failGetMoreAfterCursorCheckout</c> as the drivers' specification tests configure it.</summary>
internal sealed class FailPoint
{
    private readonly Doc _data;
    private readonly bool _labels;
    private readonly HashSet<string> _commands;
    private long _skip;
    private long _times;

    private FailPoint(Doc data, bool labels, IEnumerable<string> commands, long skip, long times)
    {
        _data = data;
        _labels = labels;
        _commands = new HashSet<string>(commands, StringComparer.OrdinalIgnoreCase);
        _skip = skip;
        _times = times;
    }

    public bool ClosesConnection => _data.Flag("closeConnection");

    /// <summary>How long to hold the command back before anything else.</summary>
    public TimeSpan Block => _data.Flag("blockConnection") ? TimeSpan.FromMilliseconds(_data.Number("blockTimeMS") ?? 0) : TimeSpan.Zero;

    public Doc? WriteConcernError => _data.Document("writeConcernError");

    /// <summary>Reads a configureFailPoint command; null where it switches the point off.</summary>
    public static FailPoint? Parse(Doc command)
    {
        string name = command.Text("configureFailPoint") ?? "";
        Doc data = command.Document("data") ?? [];
        bool getMore = name == "failGetMoreAfterCursorCheckout";
        if (!getMore && name != "failCommand")
        {
            throw new CommandError(20, $"The fail point '{name}' is not played");
        }

        IEnumerable<string> commands = getMore ? ["getMore"] : data.Array("failCommands")?.OfType<string>() ?? [];
        return command["mode"] switch
        {
            "off" => null,
            "alwaysOn" => new FailPoint(data, getMore, commands, 0, long.MaxValue),
            Doc mode => new FailPoint(data, getMore, commands, mode.Number("skip") ?? 0, mode.Number("times") ?? long.MaxValue),
            _ => throw new CommandError(2, "unknown mode of a fail point"),
        };
    }

    /// <summary>Whether this command meets the point, which counts it.</summary>
    public bool Takes(string command, string? application)
    {
        if (!_commands.Contains(command) || (_data.Text("appName") is { } wanted && wanted != application))
        {
            return false;
        }

        lock (_data)
        {
            if (_skip > 0)
            {
                _skip--;
                return false;
            }

            return _times > 0 && _times-- > 0;
        }
    }

    /// <summary>The error to answer with, or null.</summary>
    public CommandError? Error()
    {
        if (_data.Number("errorCode") is not { } code)
        {
            return null;
        }

        IEnumerable<string> labels = _data.Array("errorLabels")?.OfType<string>()
            ?? (_labels && CommandError.IsResumable((int)code) ? ["ResumableChangeStreamError"] : []);
        return new CommandError((int)code, _data.Text("errorMsg") ?? "Failing command via 'failCommand' failpoint", [.. labels]);
    }
}
