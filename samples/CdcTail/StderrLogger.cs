using System.Globalization;
using Microsoft.Extensions.Logging;

namespace CdcTail;

/// <summary>Writes log lines to standard error, which keeps standard output free for events.</summary>
internal sealed class StderrLogger(Messages messages, bool verbose) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(messages, categoryName, verbose);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Lines go to standard error only.");

    public void Dispose()
    {
    }

    private sealed class Logger(Messages messages, string category, bool verbose) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // The program prints the error that ends it once, as its last words: errors are logged only if every detail is wanted. The driver
        // of MongoDB logs every command, and those are never wanted.
        public bool IsEnabled(LogLevel logLevel)
            => !verbose || category.StartsWith("MongoDB.", StringComparison.Ordinal) ? logLevel == LogLevel.Warning
            : logLevel is >= LogLevel.Debug and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var time = DateTime.UtcNow.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
            var line = formatter(state, exception);
            var cause = exception is null ? "" : verbose ? "\n" + exception
                : line.Contains(exception.Message, StringComparison.Ordinal) ? "" : " " + exception.Message;
            messages.Log($"{time} {logLevel} {category}: {line}{cause}", logLevel >= LogLevel.Warning);
        }
    }
}
