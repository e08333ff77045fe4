using Spectre.Console;

namespace CdcTail;

/// <summary>Spectre consoles that write where this program wants: styles on a terminal, plain text everywhere else,
/// no line broken.</summary>
internal static class Terminal
{
    /// <summary>True for a terminal that can show colours and a user who did not refuse them (https://no-color.org).</summary>
    public static bool ShowsColours(bool isRedirected) => !isRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Creates a console.</summary>
    /// <param name="writer">Takes the text.</param>
    /// <param name="colours">False for plain text.</param>
    public static IAnsiConsole Open(TextWriter writer, bool colours)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });

        // The lines are laid out by those who write them: a copied line must stay one line.
        console.Profile.Width = int.MaxValue;
        return console;
    }
}
