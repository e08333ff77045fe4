using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Tests.Engine;

/// <summary>One list of findings for the start and for a validation.</summary>
public sealed class StartChecksTests : EngineTest
{
    private static readonly SourceFinding _error = new(true, "test.error", "something is wrong", "FIX IT;");
    private static readonly SourceFinding _other = new(true, "test.other", "something else is wrong", "FIX THAT;");
    private static readonly SourceFinding _warning = new(false, "test.warning", "something is doubtful", "LOOK;");

    [Fact]
    public async Task A_start_throws_all_findings_at_once_where_one_is_an_error()
    {
        await using var engine = Engine(new ScriptedSource { Findings = [_error, _warning, _other] }.Insert(Table, ("id", 1)).End());

        var e = await Assert.ThrowsAsync<ServerMisconfiguredException>(() => ReadIdsAsync(engine));

        Assert.Equal([_error, _warning, _other], e.Findings);
        Assert.Contains("(2 to fix)", e.Message, StringComparison.Ordinal);
        Assert.All(e.Findings, finding => Assert.Contains($"[{finding.Code}] {finding.Message} Remedy: {finding.Remedy}", e.Message,
            StringComparison.Ordinal));
        Assert.Empty(Store.Saved);
    }

    [Fact]
    public async Task A_validation_returns_what_a_start_checks_and_a_lost_position_too()
    {
        var source = new ScriptedSource { Findings = [_error, _warning] }.LoseOffsets();
        await Store.SaveAsync("test", At(1), 0, TestContext.Current.CancellationToken);
        await using var engine = Engine(source);

        var findings = await engine.ValidateAsync(TestContext.Current.CancellationToken);

        Assert.Equal([_error, _warning], findings.Take(2));
        Assert.Equal((true, "scripted.offset"), (findings[2].IsError, findings[2].Code));
        Assert.Equal(3, findings.Count);
        Assert.Equal(0, source.OpenFeeds);
    }

    [Theory]
    [MemberData(nameof(Misspelled))]
    public async Task A_rule_that_matches_no_captured_table_is_a_finding_at_the_start_and_in_a_validation(string rule, string effect,
        Transform transform)
    {
        var log = new ListLoggerFactory();
        var source = new ScriptedSource { CapturedTables = [Table, "shop.lines"] }.Insert(Table, ("id", 1)).Disconnect()
            .Insert(Table, ("id", 2)).End();
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions
        {
            Name = "test",
            LoggerFactory = log,
            Transforms = [transform],
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) },
        });

        var finding = Assert.Single(await engine.ValidateAsync(TestContext.Current.CancellationToken));
        _ = await ReadIdsAsync(engine);

        Assert.Equal((false, "cdc.unmatched_rule"), (finding.IsError, finding.Code));
        Assert.StartsWith($"The transform {rule} matches no captured table", finding.Message, StringComparison.Ordinal);
        Assert.EndsWith($"if the name is misspelled, {effect}.", finding.Message, StringComparison.Ordinal);
        var text = Assert.Single(log.Texts, t => t.Contains(finding.Code, StringComparison.Ordinal));
        Assert.Contains(finding.Message, text, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, Transform> Misspelled { get; } = new()
    {
        { "Mask(\"shop.oders.email\")", "the column that it is to hide is shown as it is", Transform.Mask("shop.oders.email") },
        { "Hash(\"sop.*.email\")", "the column that it is to hide is shown as it is", Transform.Hash("sop.*.email", "01234567") },
        { "ExcludeColumns(\"shop.oders.a\")", "the column that it is to hide is shown as it is", Transform.ExcludeColumns("shop.oders.a") },
        { "IncludeColumns(\"shop.oders.a\")", "the columns that it is to drop are shown", Transform.IncludeColumns("shop.oders.a") },
        { "Truncate(\"shop.oders.a\")", "the values that it is to cut are shown whole", Transform.Truncate("shop.oders.a", 3) },
        { "RenameColumns(\"shop.oders.a\")", "the column keeps its name", Transform.RenameColumns("shop.oders.a", "b") },
        { "RenameTables(\"shop.oders\", \"a.b\")", "the table keeps its name", Transform.RenameTables("shop.oders", "a.b") },
        { "Where(\"shop.oders\", …)", "the rows that it is to drop are delivered", Transform.Where("shop.oders", static _ => true) },
        { "ExcludeTables(\"shop.oders\")", "the table that it is to drop is delivered", Transform.ExcludeTables("shop.oders") },
        { "IncludeTables(\"shop.oders\")", "the changes that it is to keep are dropped", Transform.IncludeTables("shop.oders") },
    };

    [Fact]
    public async Task Rules_that_match_or_cannot_be_compared_are_no_findings()
    {
        Transform[] rules =
        [
            Transform.Mask("SHOP.lines.email"), Transform.Mask("*.*.email"), Transform.ExcludeTables("*.audit_*"),
            Transform.IncludeTables("shop.*"),
        ];
        var options = new CdcEngineOptions { Name = "test", Transforms = rules };
        await using var engine = new CdcEngine(new ScriptedSource { CapturedTables = ["shop.lines"] }, Store, options);
        await using var unlisted = new CdcEngine(new ScriptedSource(), Store,
            new CdcEngineOptions { Name = "test", Transforms = [Transform.Mask("shop.oders.email")] });

        Assert.Empty(await engine.ValidateAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await unlisted.ValidateAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_warning_is_logged_once_and_not_at_every_reconnect()
    {
        var log = new ListLoggerFactory();
        var source = new ScriptedSource { Findings = [_warning] }.Insert(Table, ("id", 1)).Disconnect(3).Insert(Table, ("id", 2)).End();
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions
        {
            Name = "test",
            LoggerFactory = log,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) },
        });

        Assert.Equal([1, 2], await ReadIdsAsync(engine));

        Assert.Equal(4, source.Starts.Count);
        var text = Assert.Single(log.Texts, t => t.Contains("test.warning", StringComparison.Ordinal));
        Assert.Contains("Remedy: LOOK;", text, StringComparison.Ordinal);
    }

    private sealed class ListLoggerFactory : ILoggerFactory, ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _texts = [];

        public IReadOnlyList<string> Texts
        {
            get
            {
                lock (_gate)
                {
                    return [.. _texts];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_gate)
            {
                _texts.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
