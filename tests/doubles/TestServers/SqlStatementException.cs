using System.Globalization;
using System.Text.RegularExpressions;

namespace CdcEmbedded.TestServers;

/// <summary>A statement that a test sent through the command line client failed.</summary>
public sealed partial class SqlStatementException : Exception
{
    /// <summary>Creates the exception from what the client printed.</summary>
    public SqlStatementException(string clientOutput)
        : base(clientOutput)
    {
        Match match = ErrorLine().Match(clientOutput);
        if (match.Success)
        {
            Code = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            SqlState = match.Groups[2].Value;
            Line = match.Groups[3].Success ? int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture) : 0;
        }
    }

    /// <summary>The error code, e.g. 1064; codes from 2000 to 2999 are the client's own. 0 if the output has none.</summary>
    public int Code { get; }

    /// <summary>The SQLSTATE, five characters, or empty.</summary>
    public string SqlState { get; } = "";

    /// <summary>True if the server has rolled the transaction back to end a deadlock (error 1213).</summary>
    public bool IsDeadlock => Code == 1213;

    /// <summary>The line of the client's input on which the statement starts, from 1; 0 if the output has none.</summary>
    internal int Line { get; }

    internal bool ConnectionLost => Code is >= 2000 and < 3000 or 4031;

    internal static bool IsErrorLine(string line) => line.StartsWith("ERROR ", StringComparison.Ordinal) && ErrorLine().IsMatch(line);

    [GeneratedRegex(@"^ERROR (\d+) \((\w{5})\)(?: at line (\d+))?", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorLine();
}
