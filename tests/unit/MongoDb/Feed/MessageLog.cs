using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Keeps what is logged.</summary>
internal sealed class MessageLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(EventId Id, string Text)> _messages = [];

    /// <summary>The messages of this number.</summary>
    public IReadOnlyList<string> Of(int id) => [.. _messages.Where(message => message.Id.Id == id).Select(message => message.Text)];

    /// <summary>All messages.</summary>
    public IReadOnlyList<string> All => [.. _messages.Select(message => message.Text)];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => _messages.Enqueue((eventId, formatter(state, exception)));

    public void Dispose()
    {
    }
}
