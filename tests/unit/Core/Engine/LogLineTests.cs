using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Tests.Engine;

/// <summary>What an operator reads in the log.</summary>
public sealed class LogLineTests : EngineTest
{
    [Fact]
    public async Task A_line_of_a_source_has_the_engines_name_as_its_prefix_and_as_a_value()
    {
        using var log = new CollectingLoggers();
        var source = new TalkingSource(Transactions(1, 1).End());
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions { Name = "search-index", LoggerFactory = log });
        await ReadIdsAsync(engine);

        var line = Assert.Single(log.Lines, l => l.Text.Contains("port", StringComparison.Ordinal));
        Assert.Equal("search-index: connects to port 42", line.Text);
        Assert.Equal("search-index", line.Values["Engine"]);
        Assert.Equal(42, line.Values["Port"]);
        Assert.Equal("{Engine}: connects to port {Port}", line.Values["{OriginalFormat}"]);

        Assert.Single(log.Lines, l => l.Text == "engine 'search-index' is named already");
    }

    [Fact]
    public async Task A_line_about_a_failed_connection_has_the_reason_once_and_the_exception_is_a_detail()
    {
        using var log = new CollectingLoggers();
        await using var engine = new CdcEngine(Transactions(1, 1).RefuseConnections(1).End(), Store, new CdcEngineOptions
        {
            Name = "test", LoggerFactory = log, Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1) },
        });
        await ReadIdsAsync(engine);

        var line = Assert.Single(log.Lines, l => l.Level == LogLevel.Warning);
        Assert.Matches(@"^test: connection failed, attempt 1 in 0\.0 s: [^:]+$", line.Text);
        Assert.Null(line.Exception);
        Assert.Single(log.Lines, l => l is { Level: LogLevel.Debug, Exception: CdcConnectionException });
    }

    private sealed class TalkingSource(ScriptedSource inner) : ISource
    {
        private static readonly Action<ILogger, int, Exception?> _connects
            = LoggerMessage.Define<int>(LogLevel.Information, new EventId(1), "connects to port {Port}");

        private static readonly Action<ILogger, string, Exception?> _named
            = LoggerMessage.Define<string>(LogLevel.Information, new EventId(2), "engine '{Engine}' is named already");

        public string Connector => inner.Connector;

        public SourcePosition ReadPosition(CdcOffset offset) => inner.ReadPosition(offset);

        public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
        {
            var logger = context.LoggerFactory.CreateLogger<TalkingSource>();
            _connects(logger, 42, null);
            _named(logger, context.Name, null);
            return inner.ConnectAsync(context, StartPosition.Earliest, cancellationToken);
        }
    }

    private sealed record Line(LogLevel Level, string Text, Exception? Exception, Dictionary<string, object?> Values);

    private sealed class CollectingLoggers : ILoggerFactory, ILogger
    {
        private readonly List<Line> _lines = [];

        public IReadOnlyList<Line> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(new Line(logLevel, formatter(state, exception), exception,
                    new(state as IEnumerable<KeyValuePair<string, object?>> ?? [])));
            }
        }

        public void Dispose()
        {
        }
    }
}
