using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Faults;

/// <summary>
/// What commands meet when they arrive: a delay, then an error, a cut connection or a lost reply. A test hands it to
/// <see cref="MongoDouble.Inject"/> or <see cref="DoubleNode.Inject"/>. It does what a server's fail point <c>failCommand</c> does, but
/// several may be set at once.
/// </summary>
public sealed record CommandFault
{
    /// <summary>A fault of these commands.</summary>
    /// <param name="commands">Their names, such as <c>getMore</c>; in any case.</param>
    public CommandFault(params IReadOnlyList<string> commands) => Commands = commands;

    /// <summary>The names of the commands that meet the fault.</summary>
    public IReadOnlyList<string> Commands { get; }

    /// <summary>Number of commands that meet the fault before it is over; <see cref="int.MaxValue"/> for always.</summary>
    /// <value>The default is 1.</value>
    public int Times { get; init; } = 1;

    /// <summary>Number of commands that pass before the first one meets the fault.</summary>
    /// <value>The default is 0.</value>
    public int Skip { get; init; }

    /// <summary>Time for which the command is held back before anything else happens.</summary>
    /// <value>The default is zero.</value>
    public TimeSpan Block { get; init; }

    /// <summary>Code of the error that the command is answered with.</summary>
    /// <value>The default is null: no error.</value>
    public int? ErrorCode { get; init; }

    /// <summary>The error's text.</summary>
    /// <value>The default names the fault.</value>
    public string Message { get; init; } = "Failing command by an injected fault";

    /// <summary>The error's labels.</summary>
    /// <value>The default is empty. The labels that a server gives to its own errors are not added.</value>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>True to cut the connection in place of an answer; the command is not run.</summary>
    public bool CloseConnection { get; init; }

    /// <summary>True to run the command and cut the connection in place of its reply.</summary>
    public bool LoseReply { get; init; }

    /// <summary>The whole reply in place of the command's own; the command is not run.</summary>
    public Doc? Reply { get; init; }

    /// <summary>A write concern error to add to the command's reply.</summary>
    public Doc? WriteConcernError { get; init; }

    /// <summary>The fault is met by clients with this application name only.</summary>
    /// <value>The default is null: all clients.</value>
    public string? ApplicationName { get; init; }

    /// <summary>
    /// A server that refuses work because it is overloaded: error 462 with the labels that ask a driver to back off and repeat
    /// (error_codes.yml, category SystemOverloadedError).
    /// </summary>
    public static CommandFault Overloaded(int times, params IReadOnlyList<string> commands) => new(commands)
    {
        Times = times,
        ErrorCode = 462,
        Message = "The request rate limit of the server is exceeded",
        Labels = ["SystemOverloadedError", "RetryableError"],
    };
}
