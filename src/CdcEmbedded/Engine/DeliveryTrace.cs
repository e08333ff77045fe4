using System.Diagnostics;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>One activity for each transaction, or each batch, from the moment when the loop gets it until the loop asks for what comes
/// next.</summary>
/// <remarks>
/// <para>A transaction is what an application traces: one activity for each change would outnumber everything else, and batches are made by
/// size. A batch is one activity, because it is processed at once; it links to the contexts of its transactions.</para>
/// <para>The ambient activity of the caller is left alone: what a method sets there reaches its caller in some calls, and in others
/// not. Called by the consumer's flow; <see cref="Stop"/> by any.</para>
/// </remarks>
internal sealed class DeliveryTrace
{
    private static readonly ActivitySource _source = new(CdcTelemetry.ActivitySourceName,
        typeof(DeliveryTrace).Assembly.GetName().Version?.ToString(3));

    private readonly string _engine;
    private readonly string _connector;
    private readonly TraceContexts? _contexts;
    private Activity? _current;
    private TransactionInfo? _transaction;
    private long _changes;

    public DeliveryTrace(string engine, string connector, TraceContextOptions? options)
    {
        _engine = engine;
        _connector = connector;
        _contexts = options is null ? null : new TraceContexts(options);
    }

    /// <summary>The activity of what the loop processes; null for none.</summary>
    public Activity? Current => Volatile.Read(ref _current);

    /// <summary>The loop has asked for more: what its current element completes is processed. A transaction of which more follows
    /// is not.</summary>
    /// <param name="walk">Where the stream is.</param>
    /// <param name="next">Index of the next of the current changes.</param>
    public void OnAsked(EntryWalk walk, int next)
    {
        var isComplete = walk.Set is { } set ? next >= set.Count && (set.End is not null || set.Transaction is null)
            : walk.Batch is not null || walk.Item is TransactionEnd;
        if (isComplete)
        {
            Stop(null);
        }
    }

    /// <summary>The loop has got changes, an item or a batch.</summary>
    /// <param name="walk">Where the stream is.</param>
    /// <param name="next">Index of the next of the current changes.</param>
    public void OnYielded(EntryWalk walk, int next)
    {
        if (_current is null && !_source.HasListeners())
        {
            return;
        }

        if (walk.Set is { } set)
        {
            // The same set again, after a write in between.
            if (next <= 1)
            {
                OnYielded(set.Transaction, set, walk.RestOfTransaction);
            }
        }
        else if (walk.Batch is { } batch)
        {
            OnYielded(batch.Count, walk.SetsOfBatch);
        }
        else
        {
            var transaction = walk.Item switch
            {
                TransactionBegin begin => begin.Transaction,
                TransactionEnd end => end.Transaction,
                var item => item?.EnclosingTransaction,
            };
            OnYielded(transaction, null, walk.RestOfTransaction);
        }
    }

    /// <summary>Ends the activity, if there is one.</summary>
    /// <param name="failure">What ended the stream; null if the loop has processed what it covers, or was left.</param>
    public void Stop(Exception? failure)
    {
        if (Interlocked.Exchange(ref _current, null) is not { } activity)
        {
            return;
        }

        var ambient = Activity.Current;
        activity.SetTag("cdc.changes", _changes);
        if (failure is not null)
        {
            activity.SetTag("error.type", failure.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
        }

        activity.Stop();
        Activity.Current = ambient;
    }

    /// <summary>The loop has got changes or an item.</summary>
    /// <param name="transaction">Its transaction; null for none.</param>
    /// <param name="rest">What is known of the rest of the transaction, from here on.</param>
    /// <param name="set">The changes; null for an item.</param>
    private void OnYielded(TransactionInfo? transaction, ChangeSet? set, IEnumerable<ChangeSet> rest)
    {
        if (_current is null || transaction is null || !ReferenceEquals(transaction, _transaction))
        {
            Stop(null);
            if (transaction is not null || set is not null)
            {
                Start("cdc.transaction", rest, transaction);
            }
        }

        _changes += set?.Count ?? 0;
    }

    /// <summary>The loop has got a batch.</summary>
    /// <param name="count">The number of its changes.</param>
    /// <param name="sets">The changes.</param>
    private void OnYielded(int count, IEnumerable<ChangeSet> sets)
    {
        Stop(null);
        if (count > 0)
        {
            Start("cdc.batch", sets, null);
            _changes = count;
        }
    }

    private void Start(string name, IEnumerable<ChangeSet> sets, TransactionInfo? transaction)
    {
        _changes = 0;
        _transaction = transaction;
        if (!_source.HasListeners())
        {
            return;
        }

        var found = new List<ActivityContext>();
        if (_contexts is { } contexts)
        {
            foreach (var set in sets)
            {
                contexts.Add(set, found);
                if (found.Count == TraceContexts.MaxLinks || (found.Count > 0 && transaction is not null))
                {
                    break;
                }
            }
        }

        // One transaction continues the trace of its writer. Several writers have several traces, to which the activity links.
        var parent = transaction is not null && found.Count == 1 ? found[0] : default;
        var ambient = Activity.Current;
        Activity.Current = null;
        var activity = _source.StartActivity(name, ActivityKind.Consumer, parent,
            [new("cdc.engine", _engine), new("db.system.name", _connector)],
            parent == default ? found.Select(static context => new ActivityLink(context)) : null);
        Activity.Current = ambient;
        if (transaction is not null)
        {
            activity?.SetTag("cdc.transaction.id", transaction.Id);
        }

        Volatile.Write(ref _current, activity);
    }
}
