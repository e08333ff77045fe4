using Microsoft.Extensions.Logging;

namespace CdcEmbedded.CrashReader;

/// <summary>Passes warnings and errors on as lines.</summary>
/// <param name="write">Gets each line.</param>
public sealed class LineLogger(Action<string> write) : ILoggerFactory, ILogger
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            write($"# {formatter(state, exception)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
