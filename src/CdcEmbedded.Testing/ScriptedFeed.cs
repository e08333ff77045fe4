using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>One connection to a script.</summary>
internal sealed class ScriptedFeed : ISourceFeed
{
    private readonly ScriptedSource _source;
    private readonly SourceContext _context;
    private readonly ScriptedPosition _start;
    private readonly List<ScriptedChange> _event = [];
    private ScriptedTransaction? _transaction;
    private ScriptedChangeSet? _last;
    private int _step;
    private int _transactions;
    private int _rows;
    private bool _isInTransaction;
    private bool _isDisposed;

    public ScriptedFeed(ScriptedSource source, SourceContext context, ScriptedPosition start)
    {
        _source = source;
        _context = context;
        _start = start;
    }

    public SourcePosition StartPosition => _start;

    // Before the start: delivered by an earlier connection.
    private bool IsSkipping => _transactions < _start.Transactions || (_transactions == _start.Transactions && _rows < _start.Rows);

    private DateTimeOffset Timestamp => _source.FirstTimestamp.AddSeconds(_transactions);

    public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var batch = new FeedBatch();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = _source.GetStep(_step, out var added);
            if (step is null || IsInterruption(step))
            {
                Flush(batch, false);
                if (batch.Entries.Count > 0)
                {
                    return batch;
                }

                if (step is null ? _context.StopWhenCaughtUp : step.Kind == ScriptStepKind.End)
                {
                    return null;
                }

                await InterruptAsync(step, added, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                _step++;
                Play(step, batch);
                if (batch.ChangeCount >= _context.MaxBatchSize)
                {
                    return batch;
                }
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _source.OnFeedClosed();
        }

        return default;
    }

    private bool IsInterruption(ScriptStep step) => !IsSkipping
        && (step.Kind is ScriptStepKind.End or ScriptStepKind.Wait || (step.Kind == ScriptStepKind.Failure && step.Remaining > 0));

    private async ValueTask InterruptAsync(ScriptStep? step, Task added, CancellationToken cancellationToken)
    {
        if (step is null)
        {
            await added.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (step is { Kind: ScriptStepKind.Wait, Until: { } until })
        {
            _step++;
            await until.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (step.Failure is { } failure && _source.TryUse(step))
        {
            throw failure;
        }
    }

    private void Play(ScriptStep step, FeedBatch batch)
    {
        if (step.Kind != ScriptStepKind.Change)
        {
            Flush(batch, false);
        }

        switch (step.Kind)
        {
            case ScriptStepKind.Begin:
                PlayBegin();
                break;
            case ScriptStepKind.Change when step.Change is { } change:
                PlayChange(change, batch);
                break;
            case ScriptStepKind.Commit:
                PlayCommit(batch);
                break;
            case ScriptStepKind.Filtered:
                var isSkipped = IsSkipping;
                _transactions++;
                if (!isSkipped)
                {
                    batch.Add(Here());
                }

                break;
            case ScriptStepKind.Notice when step.Item is { } item:
                var isKnown = IsSkipping;
                _transactions++;
                if (!isKnown)
                {
                    batch.Add(item(Here()));
                }

                break;
            case ScriptStepKind.Heartbeat when !IsSkipping:
                batch.Add(StreamItems.Heartbeat(Here()));
                break;
            case ScriptStepKind.Repeat when !IsSkipping && _last is { } last && _source.TryUse(step):
                batch.Add(last.Again());
                break;
            default:
                break;
        }
    }

    private void PlayBegin()
    {
        _isInTransaction = true;
        _transaction = new ScriptedTransaction(_transactions, Timestamp);
    }

    private void PlayChange(ScriptedChange change, FeedBatch batch)
    {
        if (IsSkipping)
        {
            _rows++;
            if (!_isInTransaction)
            {
                EndTransaction();
            }

            return;
        }

        if (_event.Count > 0 && (_event[0].Database != change.Database || _event[0].Table != change.Table))
        {
            Flush(batch, false);
        }

        _event.Add(change);
        if (!_isInTransaction || _event.Count >= _source.ChangesPerEvent)
        {
            Flush(batch, !_isInTransaction);
        }
    }

    private void PlayCommit(FeedBatch batch)
    {
        var isSkipped = IsSkipping;
        var transaction = _transaction;
        EndTransaction();
        if (!isSkipped && transaction is not null)
        {
            batch.EndTransaction(transaction, Here());
        }
    }

    private void EndTransaction()
    {
        _transactions++;
        _rows = 0;
        _isInTransaction = false;
        _transaction = null;
    }

    /// <summary>Closes the log event that is being gathered.</summary>
    private void Flush(FeedBatch batch, bool endsTransaction)
    {
        if (_event.Count == 0)
        {
            return;
        }

        _last = new ScriptedChangeSet(_context.Name, [.. _event], _transaction, _transactions, _rows,
            endsTransaction, Timestamp);
        batch.Add(_last);
        _rows += _event.Count;
        _event.Clear();
        if (endsTransaction)
        {
            EndTransaction();
        }
    }

    private ScriptedPosition Here() => new(_transactions, _rows);
}
