using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Reads a change stream and keeps it open: after a resumable error it is opened again once without notice, at a newly chosen
/// server. What keeps failing is the engine's, which waits longer and longer.</summary>
internal sealed class MongoFeed : ISourceFeed
{
    // Opening reads the oplog from the stream's position up to the first event, which may take hours.
    private static readonly TimeSpan FirstReport = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FurtherReports = TimeSpan.FromMinutes(1);

    private readonly IMongoDeployment _deployment;
    private readonly StreamPlan _plan;
    private readonly FeedSettings _settings;
    private readonly ChangeStreamAssembler _assembler;
    private readonly OpeningPlan _opening;
    private IMongoCursor? _cursor;
    private int _batches;
    private bool _isResumed;

    public MongoFeed(IMongoDeployment deployment, StreamPlan plan, FeedSettings settings, OffsetDocument start)
    {
        _deployment = deployment;
        _plan = plan;
        _settings = settings;
        _opening = new OpeningPlan(plan, settings);
        _assembler = new ChangeStreamAssembler(plan.Identity, start.Point, start.Open, settings.WantsItems, settings.End,
            skipsReduced: settings.OnOversizeEvent == OversizeEventPolicy.Skip,
            skipsUndecodable: settings.OnUndecodableEvent == FaultPolicy.Skip);
        StartPosition = _assembler.Position;
    }

    public SourcePosition StartPosition { get; }

    /// <summary>Opens the stream for the first time, so that a lost position shows before anything is read.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        while (_cursor is null)
        {
            try
            {
                await OpenCursorAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (CdcException e) when (_opening.TryRecover(e, _assembler.Point))
            {
                // Another way of opening answers it.
            }
            catch (MongoCommandFailedException e)
            {
                throw Translate(e);
            }
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
                await ContinueAfterInvalidateAsync().ConfigureAwait(false);
            }

            if (await ReadBatchAsync(cancellationToken).ConfigureAwait(false) is { } batch)
            {
                var before = _assembler.Point;
                var output = _assembler.Process(batch, _opening.IsReduced);
                if (_opening.OnBatch(batch, before, _assembler.Point))
                {
                    await CloseCursorAsync().ConfigureAwait(false);
                }

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

    private async ValueTask ContinueAfterInvalidateAsync()
    {
        var scope = _plan.Identity.Scope;
        if (_settings.OnInvalidate == InvalidatePolicy.Fail)
        {
            var kind = scope.Collection is null ? "database" : "collection";
            throw new StreamInvalidatedException($"{scope} was dropped or renamed, which ends its change stream. Everything before that "
                + $"has been delivered. Start again to continue with a {kind} of the same name, or set OnInvalidate to Continue.");
        }

        _opening.OnInvalidated(_assembler.Point);
        Log.ContinuesAfterInvalidate(_settings.Logger, _plan.Identity.Name, scope);
        await CloseCursorAsync().ConfigureAwait(false);
    }

    /// <returns>Null if the stream is to be opened again instead.</returns>
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
        catch (CdcException e) when (_opening.TryRecover(e, _assembler.Point))
        {
            // The stream is opened again, in another way.
        }
        catch (CdcException e) when (!_isResumed && _cursor is not null
            && (ChangeStreamErrors.IsResumable(e) || ChangeStreamErrors.IsOvertaken(e)))
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

    private async ValueTask<IMongoCursor> OpenCursorAsync(CancellationToken cancellationToken)
    {
        var point = _assembler.Point;
        var opening = _opening.At(point);
        var command = ChangeStreamCommand.Build(_plan, point, opening);
        var options = new CursorOptions { BatchSize = opening.BatchSize, MaxAwaitTime = _settings.MaxAwaitTime };
        var started = _settings.Time.GetTimestamp();
        var reports = _settings.Time.CreateTimer(_ => ReportOpening(started), null, FirstReport, FurtherReports);
        await using (reports.ConfigureAwait(false))
        {
            var database = ChangeStreamCommand.DatabaseOf(_plan.Identity.Scope);
            _cursor = await _deployment.OpenCursorAsync(database, command, options, cancellationToken).ConfigureAwait(false);
        }

        _assembler.OnReopened();
        _opening.OnOpened(point);
        _batches = 0;
        Log.StreamOpened(_settings.Logger, _plan.Identity.Name, _plan.Identity.Scope, _cursor.Server);
        return _cursor;
    }

    private void ReportOpening(long started)
        => Log.StillOpening(_settings.Logger, _plan.Identity.Name, _settings.Time.GetElapsedTime(started), _assembler.Point.Describe());

    private async ValueTask CloseCursorAsync()
    {
        if (_cursor is { } cursor)
        {
            _cursor = null;
            await cursor.DisposeAsync().ConfigureAwait(false);
        }
    }

    private CdcException Translate(MongoCommandFailedException error)
        => ChangeStreamErrors.Translate(error, _assembler.Position.ToOffset(), _opening.At(_assembler.Point).SkipsToToken);
}
