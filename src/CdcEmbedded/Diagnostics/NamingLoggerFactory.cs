using System.Collections;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Diagnostics;

/// <summary>Puts the engine's name into every line that its source logs: as a prefix of the text, and as <c>Engine</c> among
/// the structured values.</summary>
/// <remarks>A process may run many engines, and one source may serve several of them. A line that names the engine itself stays
/// as it is.</remarks>
internal sealed class NamingLoggerFactory(ILoggerFactory inner, string engine) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new NamingLogger(new GuardedLogger(inner.CreateLogger(categoryName)),
        engine);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>The application owns the factory.</summary>
    public void Dispose()
    {
    }

    private sealed class NamingLogger(ILogger inner, string engine) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel))
            {
                return;
            }

            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            if (values.Any(static value => value.Key == NamedState.Key))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
                return;
            }

            inner.Log(logLevel, eventId, new NamedState(engine, values, formatter(state, exception)), exception,
                static (named, _) => named.ToString());
        }
    }

    /// <summary>The values of a line, the engine's name first.</summary>
    private sealed class NamedState(string engine, IReadOnlyList<KeyValuePair<string, object?>> values, string text)
        : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public const string Key = "Engine";
        private const string Template = "{OriginalFormat}";

        public int Count => values.Count + 1;

        public KeyValuePair<string, object?> this[int index] => index == 0 ? new(Key, engine)
            : values[index - 1] is { Key: Template, Value: var template } ? new(Template, $"{{{Key}}}: {template}") : values[index - 1];

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            for (var i = 0; i < Count; i++)
            {
                yield return this[i];
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => $"{engine}: {text}";
    }
}
