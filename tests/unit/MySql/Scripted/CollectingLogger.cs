using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>Keeps every message with its exception as text.</summary>
public sealed class CollectingLogger : ILogger
{
    public ConcurrentQueue<(EventId Id, LogLevel Level, string Text)> Entries { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Enqueue((eventId, logLevel, formatter(state, exception) + exception));
}
