using CdcEmbedded.Transforms;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>A handler with its patterns.</summary>
internal sealed class HandlerEntry
{
    private readonly TableFilter? _filter;
    private readonly Func<IServiceProvider, ChangeEvent, ChangeContext, CancellationToken, ValueTask>? _change;
    private readonly Func<IServiceProvider, IReadOnlyList<ChangeEvent>, ChangeContext, CancellationToken, ValueTask>? _batch;

    public HandlerEntry(string name, TableFilter? filter,
        Func<IServiceProvider, ChangeEvent, ChangeContext, CancellationToken, ValueTask> handle)
    {
        Name = name;
        _filter = filter;
        _change = handle;
    }

    public HandlerEntry(string name, TableFilter? filter,
        Func<IServiceProvider, IReadOnlyList<ChangeEvent>, ChangeContext, CancellationToken, ValueTask> handle)
    {
        Name = name;
        _filter = filter;
        _batch = handle;
    }

    public string Name { get; }

    public bool IsBatch => _batch is not null;

    public bool Matches(ChangeEvent change) => _filter is null || _filter.Matches(change.Database, change.Table);

    /// <summary>Calls the handler.</summary>
    /// <exception cref="HandlerException">It has thrown.</exception>
    public async ValueTask HandleAsync(IReadOnlyList<ChangeEvent> changes, ChangeContext context, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            if (_batch is { } batch)
            {
                await batch(context.Services, changes, context, cancellationToken).ConfigureAwait(false);
            }
            else if (_change is { } change)
            {
                await change(context.Services, changes[0], context, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            failure = e;
            throw new HandlerException(this, changes, e);
        }
        finally
        {
            HandlerMeter.Record(context.Stream, Name, time.GetElapsedTime(started), failure);
        }
    }
}
