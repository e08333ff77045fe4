using Spectre.Console;

namespace CdcTail;

/// <summary>Everything that is not an event, on standard error: headings, log lines, statistics, errors. Safe
/// for several threads.</summary>
internal sealed class Messages(TextWriter writer, bool colours)
{
    private static readonly Style Heading = new(decoration: Decoration.Bold);
    private static readonly Style Failure = new(Color.Red);
    private static readonly Style Warning = new(Color.Yellow);

    private readonly IAnsiConsole _console = Terminal.Open(writer, colours);
    private readonly Lock _turn = new();

    /// <summary>Writes a paragraph that introduces events.</summary>
    public void Introduce(string text) => Write(text, Heading);

    /// <summary>Writes a line that reports progress.</summary>
    public void Report(string line) => Write(line + "\n", Style.Plain);

    /// <summary>Writes text as it is.</summary>
    public void Show(string text) => Write(text, Style.Plain);

    /// <summary>Writes a line of the log.</summary>
    public void Log(string line, bool isWarning) => Write(line + "\n", isWarning ? Warning : Style.Plain);

    /// <summary>Writes why the program ends.</summary>
    public void Error(string message) => Write($"CdcTail: {message}\n", Failure);

    private void Write(string text, Style style)
    {
        lock (_turn)
        {
            try
            {
                _console.Write(new Paragraph(text, style));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Standard error is closed or full: nothing can say so but the exit code.
            }
        }
    }
}
