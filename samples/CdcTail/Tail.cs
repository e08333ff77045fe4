using CdcEmbedded;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;

namespace CdcTail;

/// <summary>Reads a source to its end, to the limit, or until stopped; without a source, both recordings, one after the other.</summary>
internal sealed class Tail(Arguments arguments, Messages messages)
{
    // A run that is to end must not wait for ever for a host that does not exist: half a minute, as a rule.
    private const int FirstAttempts = 5;

    private long _remaining = arguments.Limit;
    private bool _isClosed;
    private ChangeBatch? _lastBatch;
    private StreamItem? _lastItem;

    /// <summary>Runs the program.</summary>
    /// <param name="stop">Ends the run regularly: what was written is committed.</param>
    /// <exception cref="UsageException">An option's value is wrong.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var loggers = new StderrLogger(messages, arguments.Verbose);
        using var output = EventOutput.OpenStandardOutput();
        using IEventPrinter printer = (IEventPrinter?)JsonPrinter.Create(arguments)
            ?? new PrettyPrinter(Terminal.ShowsColours(Console.IsOutputRedirected));
        var origins = Origin.Choose(arguments);
        foreach (var origin in origins)
        {
            if (_remaining > 0 && !_isClosed && !stop.IsCancellationRequested)
            {
                await using var ending = origin;
                messages.Introduce(origin.Heading);
                await RunAsync(origin, loggers, printer, output, stop);
            }
        }

        if (origins[0].Heading.Length > 0)
        {
            messages.Show(Recording.Hints);
        }
    }

    private async Task RunAsync(Origin origin, StderrLogger loggers, IEventPrinter printer, EventOutput output, CancellationToken stop)
    {
        (_lastBatch, _lastItem) = (null, null);
        await using var engine = CreateEngine(origin, loggers);
        await using var bars = SnapshotBars.Show(engine, arguments);
        try
        {
            await (arguments.Stats ? CountAsync(engine, stop)
                : arguments.Transactions || arguments.SchemaChanges ? PrintAllAsync(engine, printer, output, stop)
                : PrintChangesAsync(engine, printer, output, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end that the user asked for.
        }
        catch (OutputClosedException)
        {
            // What was not written is not acknowledged, and is delivered again.
            _isClosed = true;
        }

        await CommitAsync(engine);
    }

    // A batch ends when the source has nothing more for now, so flushing after each shows events at once. Asking for the next batch
    // acknowledges this one: by then it is written.
    private async Task PrintChangesAsync(CdcEngine engine, IEventPrinter printer, EventOutput output, CancellationToken stop)
    {
        await foreach (var batch in engine.ReadBatchesAsync(stop))
        {
            foreach (var change in batch)
            {
                printer.Print(change, output);
                output.EndLine();
                if (--_remaining == 0)
                {
                    output.Flush();
                    _lastItem = change;
                    return;
                }
            }

            output.Flush();
            _lastBatch = batch;
        }
    }

    // Batches hold changes only. Here asking for the next item acknowledges the one before, so each is flushed.
    private async Task PrintAllAsync(CdcEngine engine, IEventPrinter printer, EventOutput output, CancellationToken stop)
    {
        await foreach (var item in engine.ReadAllAsync(stop))
        {
            if ((item is TransactionBegin or TransactionEnd && !arguments.Transactions) || !printer.Print(item, output))
            {
                continue;
            }

            output.EndLine();
            output.Flush();
            _lastItem = item;
            if (item is ChangeEvent && --_remaining == 0)
            {
                return;
            }
        }
    }

    private async Task CountAsync(CdcEngine engine, CancellationToken stop)
    {
        await using var stats = new StatsReporter(messages, reportsLag: arguments.IsLive);
        await foreach (var batch in engine.ReadBatchesAsync(stop))
        {
            ChangeEvent? last = null;
            var events = 0L;
            foreach (var change in batch)
            {
                last = change;
                events++;
                if (--_remaining == 0)
                {
                    break;
                }
            }

            if (last is not null)
            {
                stats.Add(events, last);
                _lastItem = last;
            }

            if (_remaining == 0)
            {
                return;
            }
        }
    }

    // The engine stores what is acknowledged: after a second, and when its loop ends. The last batch is not yet acknowledged when the
    // loop ends, although it was written; and a failure to store should end the program with 1.
    private async Task CommitAsync(CdcEngine engine)
    {
        if (_lastBatch is { } batch)
        {
            await engine.CommitAsync(batch, CancellationToken.None);
        }

        if (_lastItem is { } item)
        {
            await engine.CommitAsync(item, CancellationToken.None);
        }
    }

    private CdcEngine CreateEngine(Origin origin, ILoggerFactory loggers)
    {
        // The constructors reject a wrong connection string, pattern or name, before anything connects.
        try
        {
            return new CdcEngine(
                origin.CreateSource(origin),
                arguments.OffsetsPath is { } path ? new FileOffsetStore(path) : new InMemoryOffsetStore(),
                new CdcEngineOptions
                {
                    Name = origin.Name,
                    StartFrom = origin.From,
                    StopWhenCaughtUp = origin.StopWhenCaughtUp,
                    LoggerFactory = loggers,
                    Transforms = [.. arguments.Transforms],
                    Snapshot = new SnapshotOptions
                    {
                        Mode = origin.Snapshot,
                        Tables = arguments.SnapshotTables,
                        Signals = arguments.SignalFile is { } file ? [new FileSignalChannel(file)] : [],
                    },
                    Reconnect = new ReconnectPolicy
                    {
                        MaxAttempts = arguments.MaxAttempts,
                        MaxFirstAttempts = arguments.MaxAttempts ?? (arguments.UntilCaughtUp ? FirstAttempts : null),
                    },
                });
        }
        catch (ArgumentException e)
        {
            throw UsageException.Of(e);
        }
    }
}
