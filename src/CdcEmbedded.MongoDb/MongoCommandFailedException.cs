namespace CdcEmbedded.MongoDb;

/// <summary>A MongoDB server refused or broke off a command.</summary>
/// <remarks>The inner exception is the driver's own, with the whole reply. <see cref="CdcServerException.SqlState"/> is null:
/// MongoDB has none.</remarks>
public sealed class MongoCommandFailedException : CdcServerException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="command">The command's name, such as <c>aggregate</c>.</param>
    /// <param name="server">The server, as <c>host:port</c>.</param>
    /// <param name="code">The error's number; 0 where the server gave none.</param>
    /// <param name="codeName">The error's name; null where the server gave none.</param>
    /// <param name="serverMessage">The server's own message.</param>
    /// <param name="labels">The error's labels.</param>
    /// <param name="isTransient">True if the same command may succeed later.</param>
    /// <param name="innerException">The driver's exception.</param>
    public MongoCommandFailedException(
        string command, string server, int code, string? codeName, string serverMessage, IReadOnlyList<string> labels,
            bool isTransient = false,
        Exception? innerException = null)
        : base(code, null, $"{server} answered the command {command} with "
            + $"error {code}{(codeName is null ? "" : $" ({codeName})")}: {OneLine(serverMessage)}",
            isTransient, innerException)
    {
        Command = command;
        Server = server;
        CodeName = codeName;
        ServerMessage = serverMessage;
        Labels = labels;
    }

    /// <summary>The command's name, such as <c>aggregate</c>.</summary>
    public string Command { get; }

    /// <summary>The server, as <c>host:port</c>.</summary>
    public string Server { get; }

    /// <summary>The error's name, such as <c>ChangeStreamHistoryLost</c>; null where the server gave none.</summary>
    public string? CodeName { get; }

    /// <summary>The server's own message.</summary>
    public string ServerMessage { get; }

    /// <summary>The error's labels, such as <c>ResumableChangeStreamError</c>.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Returns true if the error carries a label.</summary>
    public bool HasErrorLabel(string label) => Labels.Contains(label);

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
