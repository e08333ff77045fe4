using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CdcTail;

/// <summary>Prints the options, and then what no option says.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Width = 130;

    private readonly HelpAction _options;

    public HelpPage(HelpAction options)
    {
        _options = options;
        _options.MaxWidth = Width;
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        _options.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.Write("""
            Events go to standard output, everything else to standard error.
            Ctrl-C (SIGINT), SIGTERM and SIGHUP store the offset and end with 0. Exit codes: 0, 1 on an error, 2 on wrong usage.

            """);
        return 0;
    }
}
