using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Reads a change stream and keeps it open: after a resumable error it is opened again once without a word, at a newly chosen
/// server; what goes on failing is the engine's, which waits longer and longer.</summary>
internal sealed class MongoFeed : ISourceFeed
{
    private readonly IMongoDeployment _deployment;
    private readonly StreamPlan _plan;
    private readonly FeedSettings _settings;
    private readonly ChangeStreamAssembler _assembler;
    private IMongoCursor? _cursor;
    private FeedMode _mode;
    private int _batches;
    private bool _isResumed;

    public MongoFeed(IMongoDeployment deployment, StreamPlan plan, FeedSettings settings, OffsetDocument start)
    {
        _deployment = deployment;
        _plan = plan;
        _settings = settings;
        _assembler = new ChangeStreamAssembler(plan.Identity, start.Point, start.Open, settings.WantsItems, settings.End);
        StartPosition = _assembler.Position;
    }

    public SourcePosition StartPosition { get; }

    /// <summary>Opens the stream for the first time, so that a place that is lost shows before anything is read.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenCursorAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandFailedException e)
            when (ChangeStreamErrors.IsOversize(e) && _settings.OnOversizeEvent != OversizeEventPolicy.Fail)
        {
            _mode = FeedMode.Careful;
        }
        catch (MongoCommandFailedException e)
        {
            throw Translate(e);
        }
    }

    public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_assembler.HasReachedEnd)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _assembler.Failure?.Throw();
            if (_assembler.IsInvalidated)
            {
                await GoOnBehindInvalidateAsync().ConfigureAwait(false);
            }

            if (await ReadBatchAsync(cancellationToken).ConfigureAwait(false) is { } batch)
            {
                var output = _assembler.Process(batch, _mode == FeedMode.Reduced);
                await LeaveModeAsync(batch).ConfigureAwait(false);
                if (output.Entries.Count > 0)
                {
                    return output;
                }
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseCursorAsync().ConfigureAwait(false);
        await _deployment.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask GoOnBehindInvalidateAsync()
    {
        if (_settings.OnInvalidate == InvalidatePolicy.Stop)
        {
            throw new StreamInvalidatedException($"{_plan.Identity.Scope} was dropped or renamed, which ends its change stream; "
                + "everything before has been "
                + "delivered. Start again to go on behind it, set OnInvalidate to Continue, or capture it through Include in place of "
                    + "Database and Collection.");
        }

        await CloseCursorAsync().ConfigureAwait(false);
    }

    /// <returns>Null where the stream was opened anew instead.</returns>
    private async ValueTask<MongoBatch?> ReadBatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var cursor = _cursor ?? await OpenCursorAsync(cancellationToken).ConfigureAwait(false);
            if (cursor.IsExhausted)
            {
                throw new CdcConnectionException($"{cursor.Server} has closed the change stream without a reason.");
            }

            var batch = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);

            // The first batch came with the opening: only a second one shows that the stream flows again.
            _isResumed &= ++_batches < 2;
            return batch;
        }
        catch (CdcException e) when (ChangeStreamErrors.IsOversize(e) && _settings.OnOversizeEvent != OversizeEventPolicy.Fail
            && _mode != FeedMode.Reduced)
        {
            // One event at a time up to the one that is too large, then that one alone without its documents.
            _mode = _mode == FeedMode.Normal ? FeedMode.Careful : FeedMode.Reduced;
            Log.OversizeEvent(_settings.Logger, _plan.Identity.Name, _mode);
        }
        catch (CdcException e) when (!_isResumed && _cursor is not null && ChangeStreamErrors.IsResumable(e))
        {
            _isResumed = true;
            Log.Resuming(_settings.Logger, e, _plan.Identity.Name, e.Message);
        }
        catch (MongoCommandFailedException e)
        {
            throw Translate(e);
        }

        await CloseCursorAsync().ConfigureAwait(false);
        return null;
    }

    private async ValueTask LeaveModeAsync(MongoBatch batch)
    {
        if (_mode == FeedMode.Normal || (_mode == FeedMode.Reduced && batch.Documents.IsEmpty))
        {
            return;
        }

        // Careful: nothing waits any more, so what was too large is gone. Reduced: it has been delivered.
        if (_mode == FeedMode.Reduced || batch.Documents.IsEmpty)
        {
            _mode = FeedMode.Normal;
            await CloseCursorAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<IMongoCursor> OpenCursorAsync(CancellationToken cancellationToken)
    {
        var size = _mode == FeedMode.Normal ? _plan.BatchSize : 1;
        var command = ChangeStreamCommand.Build(_plan, _assembler.Point, size, _mode == FeedMode.Reduced);
        var options = new CursorOptions { BatchSize = size, MaxAwaitTime = _settings.MaxAwaitTime };
        _cursor = await _deployment.OpenCursorAsync(ChangeStreamCommand.DatabaseOf(_plan.Identity.Scope), command, options,
            cancellationToken)
            .ConfigureAwait(false);
        _assembler.OnReopened();
        _batches = 0;
        Log.StreamOpened(_settings.Logger, _plan.Identity.Name, _plan.Identity.Scope, _cursor.Server);
        return _cursor;
    }

    private async ValueTask CloseCursorAsync()
    {
        if (_cursor is { } cursor)
        {
            _cursor = null;
            await cursor.DisposeAsync().ConfigureAwait(false);
        }
    }

    private CdcException Translate(MongoCommandFailedException error)
        => ChangeStreamErrors.Translate(error, _assembler.Position.ToOffset());
}
