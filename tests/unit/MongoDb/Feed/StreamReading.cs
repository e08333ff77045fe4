namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>An engine that is enumerated item by item, with a limit for each wait. Heartbeats are skipped unless asked for.</summary>
internal sealed class StreamReading : IAsyncDisposable
{
    private readonly IAsyncEnumerator<StreamItem> _items;
    private readonly TimeSpan _patience;
    private Task<bool>? _pending;

    public StreamReading(CdcEngine engine, bool items, TimeSpan patience)
    {
        Engine = engine;
        _patience = patience;
        _items = items ? engine.ReadAllAsync().GetAsyncEnumerator() : Changes(engine).GetAsyncEnumerator();
    }

    public CdcEngine Engine { get; }

    /// <summary>Begins, and waits until the stream is open.</summary>
    public async Task StartAsync()
    {
        _pending = _items.MoveNextAsync().AsTask();
        while (Engine.Status.State is EngineState.Idle or EngineState.Connecting && !_pending.IsCompleted)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public async Task<StreamItem> NextAsync(bool withHeartbeats = false)
    {
        while (true)
        {
            var more = await (_pending ?? _items.MoveNextAsync().AsTask()).WaitAsync(_patience, TestContext.Current.CancellationToken);
            _pending = null;
            Assert.True(more, "The stream has ended.");
            if (_items.Current is not Heartbeat || withHeartbeats)
            {
                return _items.Current;
            }
        }
    }

    public async Task<T> NextAsync<T>()
        where T : StreamItem => Assert.IsType<T>(await NextAsync(withHeartbeats: typeof(T) == typeof(Heartbeat)));

    public Task<ChangeEvent> ChangeAsync() => NextAsync<ChangeEvent>();

    /// <summary>Waits until nothing more comes.</summary>
    public async Task QuietAsync()
    {
        var first = await NextAsync(withHeartbeats: true);
        Assert.IsType<Heartbeat>(first);
    }

    public async Task<T> FailureAsync<T>()
        where T : Exception
    {
        return await Assert.ThrowsAnyAsync<T>(async () =>
        {
            while (true)
            {
                await NextAsync();
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_pending is { IsCompleted: false })
        {
            await Engine.DisposeAsync();
        }

        await Task.WhenAny(_pending ?? Task.CompletedTask);
        await _items.DisposeAsync();
        await Engine.DisposeAsync();
    }

    private static async IAsyncEnumerable<StreamItem> Changes(CdcEngine engine)
    {
        await foreach (var change in engine.ReadAsync())
        {
            yield return change;
        }
    }
}
