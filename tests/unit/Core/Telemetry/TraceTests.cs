using System.Diagnostics;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;

namespace CdcEmbedded.Tests.Telemetry;

/// <summary>The activities of transactions and batches.</summary>
public sealed class TraceTests : EngineTest, IDisposable
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private const string OtherParent = "00-11111111111111111111111111111111-2222222222222222-01";
    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == CdcTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("cdc.engine") as string == _name)
                {
                    lock (_ended)
                    {
                        _ended.Add(activity);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Each_transaction_is_an_activity_until_the_loop_asks_for_what_follows_it()
    {
        var source = Transactions(2, 5, 1).Insert(Table, ("id", 7));
        await using var engine = Create(source);
        Assert.Null(engine.CurrentActivity);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal("cdc.transaction", engine.CurrentActivity?.OperationName);
            Assert.Null(Activity.Current);
            Assert.Empty(_ended);
        }

        Assert.True(await changes.MoveNextAsync());
        var first = Assert.Single(_ended);
        Assert.Equal(("scripted:0", 5L, "scripted"), (first.GetTagItem("cdc.transaction.id"), (long)(first.GetTagItem("cdc.changes") ?? 0),
            first.GetTagItem("db.system.name")));
        Assert.Equal(ActivityKind.Consumer, first.Kind);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(2, _ended.Count);
        var waiting = changes.MoveNextAsync();
        await UntilAsync(() => _ended.Count == 3, "the last change is processed when the loop waits");
        Assert.Null(engine.CurrentActivity);
        Assert.All(_ended, static activity => Assert.Equal(default, activity.ParentSpanId));
        source.End();
        Assert.False(await waiting);
    }

    [Fact]
    public async Task All_items_of_a_transaction_are_in_its_activity()
    {
        await using var engine = Create(Transactions(1, 2, 1).End());
        var ids = new List<ActivitySpanId?>();
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            ids.Add(engine.CurrentActivity?.SpanId);
        }

        Assert.Equal(7, ids.Count);
        Assert.Single(ids[..4].Distinct());
        Assert.Single(ids[4..].Distinct());
        Assert.Equal([2L, 1L], _ended.Select(static activity => activity.GetTagItem("cdc.changes")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("shop.trace")]
    public async Task A_transaction_continues_the_trace_that_its_rows_carry(string? table)
    {
        var source = new ScriptedSource().Begin().Insert(Table, ("id", 1)).Insert(Table, ("id", 2), ("traceparent", "not one"))
            .Insert("shop.trace", ("id", 1), ("traceparent", Parent), ("tracestate", "a=b")).Commit()
            .Begin().Insert(Table, ("id", 3)).Commit().End();
        await using var engine = Create(source, new TraceContextOptions { Table = table });
        await ReadIdsAsync(engine);

        Assert.Equal(2, _ended.Count);
        Assert.Equal(Parent[3..^3], $"{_ended[0].TraceId}-{_ended[0].ParentSpanId}");
        Assert.Equal("a=b", _ended[0].TraceStateString);
        Assert.Equal(default, _ended[1].ParentSpanId);
    }

    [Fact]
    public async Task A_batch_is_one_activity_and_links_to_the_traces_of_its_transactions()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1), ("traceparent", Parent))
            .Insert(Table, ("id", 2), ("traceparent", Parent)).Insert(Table, ("id", 3), ("traceparent", OtherParent)).End();
        await using var engine = Create(source, new TraceContextOptions());
        await foreach (var batch in engine.ReadBatchesAsync(Timeout))
        {
            Assert.Equal(3, batch.Count);
            Assert.Equal("cdc.batch", engine.CurrentActivity?.OperationName);
        }

        var activity = Assert.Single(_ended);
        Assert.Equal(3L, activity.GetTagItem("cdc.changes"));
        Assert.Equal([Parent[3..^3], OtherParent[3..^3]],
            activity.Links.Select(static link => $"{link.Context.TraceId}-{link.Context.SpanId}"));
    }

    [Fact]
    public async Task A_failure_ends_the_activity_with_an_error()
    {
        var source = new ScriptedSource { ChangesPerEvent = 1 }.Begin().Insert(Table, ("id", 1))
            .Fail(new SourceInconsistentException("The script is inconsistent."));
        await using var engine = Create(source);
        await Assert.ThrowsAsync<SourceInconsistentException>(() => ReadIdsAsync(engine));

        var activity = Assert.Single(_ended);
        Assert.Equal(ActivityStatusCode.Error, activity.Status);
        Assert.Equal(typeof(SourceInconsistentException).FullName, activity.GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_loop_that_is_left_ends_its_activity_and_the_callers_own_activity_stays()
    {
        using var own = new Activity("own").Start();
        await using var engine = Create(Transactions(1, 2));
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            Assert.Same(own, Activity.Current);
            break;
        }

        Assert.Same(own, Activity.Current);
        Assert.NotEqual(own.TraceId, Assert.Single(_ended).TraceId);
    }

    private CdcEngine Create(ScriptedSource source, TraceContextOptions? trace = null)
        => new(source, Store, new CdcEngineOptions { Name = _name, TraceContext = trace, TimeProvider = Time });
}
