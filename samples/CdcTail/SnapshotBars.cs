using CdcEmbedded;
using Spectre.Console;

namespace CdcTail;

/// <summary>Progress bars of the tables that are read, on standard error: only if that is a terminal and no events are printed on
/// it.</summary>
internal sealed class SnapshotBars : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly CdcEngine _engine;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(string Id, string Table), ProgressTask> _bars = [];
    private Task _showing = Task.CompletedTask;

    private SnapshotBars(CdcEngine engine) => _engine = engine;

    /// <summary>Shows the bars of an engine until this is disposed; nothing where there is no place for them.</summary>
    public static SnapshotBars Show(CdcEngine engine, Arguments arguments)
    {
        var result = new SnapshotBars(engine);
        if ((arguments.Snapshot != SnapshotMode.Never || arguments.SignalFile is not null)
            && Terminal.ShowsColours(Console.IsErrorRedirected) && (Console.IsOutputRedirected || arguments.Stats))
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            result._showing = Task.Run(() => console.Progress().AutoClear(false).HideCompleted(false)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(result.RunAsync));
        }

        return result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _showing;
        _stop.Dispose();
    }

    private async Task RunAsync(ProgressContext context)
    {
        while (!_stop.IsCancellationRequested)
        {
            Update(context);
            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Update(context);
    }

    private void Update(ProgressContext context)
    {
        var current = _engine.Snapshots.Current;
        foreach (var snapshot in current)
        {
            foreach (var table in snapshot.Tables)
            {
                if (table.Status != SnapshotTableStatus.Waiting)
                {
                    Update(context, snapshot.Id, table);
                }
            }
        }

        // A snapshot that has finished is no longer listed.
        foreach (var ((id, _), bar) in _bars)
        {
            if (!current.Any(snapshot => snapshot.Id == id))
            {
                bar.Value = bar.MaxValue;
            }
        }
    }

    private void Update(ProgressContext context, string id, SnapshotTableProgress table)
    {
        var name = $"{table.Database}.{table.Table}";
        if (!_bars.TryGetValue((id, name), out var bar))
        {
            _bars[(id, name)] = bar = context.AddTask(Markup.Escape(name));
        }

        var isOver = table.Status != SnapshotTableStatus.Reading;
        bar.MaxValue = Math.Max(1, isOver ? table.Rows : Math.Max(table.EstimatedRows ?? 0, table.Rows + 1));
        bar.Value = isOver ? bar.MaxValue : table.Rows;
        bar.Description = Markup.Escape($"{name}  {table.Rows:N0} rows, {table.RowsPerSecond:N0}/s"
            + (table.Status == SnapshotTableStatus.Failed ? "  failed" : ""));
    }
}
