using System.Runtime.CompilerServices;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>A feed with the rows of snapshots between its batches. Without a snapshot it passes the batches on as they are.</summary>
internal sealed class SnapshotFeed(ISourceFeed inner, SnapshotCoordinator coordinator) : ISourceFeed
{
    private ValueTask<FeedBatch?> _read;
    private ViewFeed? _view;
    private FeedBatch? _rest;
    private bool _isReading;

    public SourcePosition StartPosition => inner.StartPosition;

    public ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_isReading || coordinator.IsActive || coordinator.EndsStream || _view is not null || _rest is not null)
        {
            return ReadSlowAsync(cancellationToken);
        }

        var read = inner.ReadAsync(cancellationToken);
        if (!read.IsCompletedSuccessfully)
        {
            Begin(read);
            return ReadSlowAsync(cancellationToken);
        }

        var batch = read.Result;
        if (batch is not null && !coordinator.MustSee(batch))
        {
            coordinator.Remember(batch);
            return new(batch);
        }

        _read = new(batch);
        _isReading = true;
        return ReadSlowAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_view is { } view)
        {
            _view = null;
            await view.DisposeAsync().ConfigureAwait(false);
            coordinator.Resume();
        }

        await inner.DisposeAsync().ConfigureAwait(false);
        if (_isReading)
        {
            _isReading = false;
            try
            {
                await _read.ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The read was given up with the feed; its outcome concerns nobody.
            }
        }
    }

    private void Begin(ValueTask<FeedBatch?> read)
    {
        _read = read;
        _isReading = true;
        if (!read.IsCompleted)
        {
            read.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(coordinator.Wait.OnRead);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FeedBatch?> ReadSlowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if ((coordinator.IsActive || _view is not null)
                && await TakeOutputAsync(cancellationToken).ConfigureAwait(false) is { } output)
            {
                return output;
            }

            if (coordinator.EndsStream)
            {
                return null;
            }

            if (_rest is { } rest)
            {
                if (coordinator.OnBatch(rest, out _rest))
                {
                    return rest;
                }

                continue;
            }

            if (!_isReading)
            {
                Begin(inner.ReadAsync(cancellationToken));
            }

            if (_read.IsCompleted)
            {
                _isReading = false;
                var batch = await _read.ConfigureAwait(false);
                if (batch is not null)
                {
                    if (coordinator.IsActive || coordinator.MustSee(batch))
                    {
                        if (!coordinator.OnBatch(batch, out _rest))
                        {
                            continue;
                        }
                    }
                    else
                    {
                        coordinator.Remember(batch);
                    }

                    return batch;
                }

                return await EndAsync(cancellationToken).ConfigureAwait(false);
            }

            await coordinator.Wait.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes what is to be delivered before the next batch of the source: rows of windows, or the tables of a blocking snapshot,
    /// for which the stream is paused (R71).</summary>
    private async ValueTask<FeedBatch?> TakeOutputAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_view is { } view)
            {
                if (await view.ReadAsync(cancellationToken).ConfigureAwait(false) is { } rows)
                {
                    return rows;
                }

                _view = null;
                await view.DisposeAsync().ConfigureAwait(false);
                coordinator.Resume();
            }

            if (!coordinator.IsActive)
            {
                return null;
            }

            if (coordinator.TakeOutput() is { } output)
            {
                return output;
            }

            _view = await coordinator.TryPauseAsync().ConfigureAwait(false);
            if (_view is null)
            {
                return null;
            }
        }
    }

    /// <summary>The source has ended: snapshots end too, as far as they need nothing more of the stream.</summary>
    private async ValueTask<FeedBatch?> EndAsync(CancellationToken cancellationToken)
    {
        _read = new ValueTask<FeedBatch?>((FeedBatch?)null);
        _isReading = true;
        while (coordinator.IsActive)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await TakeOutputAsync(cancellationToken).ConfigureAwait(false) is { } output)
            {
                return output;
            }

            if (coordinator.IsStuck)
            {
                return null;
            }

            using var registration = cancellationToken.UnsafeRegister(static wait => ((FeedWait)wait!).Wake(), coordinator.Wait);
            await coordinator.Wait.WaitAsync().ConfigureAwait(false);
        }

        return null;
    }
}
