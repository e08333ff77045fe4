using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>A MongoDB server refused or broke off a command.</summary>
/// <remarks><see cref="CdcServerException.SqlState"/> is null: MongoDB has none.</remarks>
public sealed class MongoCommandException : CdcServerException
{
    private const string NoMessage = "the server gave no message";

    /// <summary>Reads the error from a server's reply.</summary>
    /// <param name="command">The command's name, for the message.</param>
    /// <param name="server">The server's address, for the message.</param>
    /// <param name="reply">The reply, with <c>ok: 0</c>.</param>
    /// <param name="isTransient">Whether the same command may succeed later.</param>
    /// <exception cref="CdcProtocolException">The reply's bytes are damaged.</exception>
    public MongoCommandException(string command, string server, RawBson reply, bool isTransient = false)
        : base(ReadCode(reply), null, $"{server} answered the command {command} with {Describe(reply)}", isTransient)
    {
        Command = command;
        Server = server;
        Reply = reply;
        CodeName = reply.TryGetString("codeName"u8, out var name) ? name : null;
        ServerMessage = ReadMessage(reply);
        Labels = ReadLabels(reply);
    }

    /// <summary>The command's name, such as <c>aggregate</c>.</summary>
    public string Command { get; }

    /// <summary>The server's address.</summary>
    public string Server { get; }

    /// <summary>The error's name, such as <c>ChangeStreamHistoryLost</c>; null where the server gave none.</summary>
    public string? CodeName { get; }

    /// <summary>The server's own message.</summary>
    public string ServerMessage { get; }

    /// <summary>The error's labels, such as <c>ResumableChangeStreamError</c>.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The whole reply.</summary>
    public RawBson Reply { get; }

    /// <summary>Whether the error carries a label.</summary>
    public bool HasErrorLabel(string label) => Labels.Contains(label);

    private static int ReadCode(RawBson reply) => reply.TryGetInt64("code"u8, out var code) && code == (int)code ? (int)code : 0;

    private static string ReadMessage(RawBson reply) => reply.TryGetString("errmsg"u8, out var message) ? message : NoMessage;

    private static string Describe(RawBson reply)
        => $"error {ReadCode(reply)}{(reply.TryGetString("codeName"u8, out var name) ? $" ({name})" : "")}: {ReadMessage(reply)}";

    private static List<string> ReadLabels(RawBson reply)
    {
        var labels = new List<string>();
        if (reply.TryGetArray("errorLabels"u8, out var array))
        {
            foreach (var element in array)
            {
                if (element.Value.Type == BsonType.String)
                {
                    labels.Add(element.Value.AsString());
                }
            }
        }

        return labels;
    }
}
