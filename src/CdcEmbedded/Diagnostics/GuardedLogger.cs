using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Diagnostics;

/// <summary>A logger of the application that cannot end a stream, nor stop what closes it: a line that it fails to write is lost.</summary>
/// <remarks>Lines are written where nothing may throw: while another exception is handled, on timers, and while an engine stops.</remarks>
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return inner.BeginScope(state);
        }
        catch (Exception)
        {
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere to report it: the logger is what reports.
        }
    }
}
