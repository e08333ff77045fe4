using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.CrashReader;

/// <summary>
/// A reader for fault schedules: with a seed it chooses how it reads, how it acknowledges, and when its store and its own loop fail; after
/// such a failure it starts another engine, as an application does. SIGTERM ends it regularly.
/// </summary>
public sealed class FaultReader
{
    /// <summary>Exit code after another instance has stored an offset under the same name.</summary>
    public const int Conflict = 3;

    /// <summary>The line of the log after the effects of a table named <c>mark</c>.</summary>
    public const string MarkArrived = "M";

    /// <summary>The line of the log before an engine's first load: later loads only find out if a failed save was executed.</summary>
    public const string EngineStarts = "R";

    /// <summary>The engine's name.</summary>
    public const string Name = "faults";

    private readonly string _connection;
    private readonly string _database;
    private readonly CdcOffset _start;
    private readonly string _folder;
    private readonly Random _random;
    private readonly FileStream _log;
    private readonly Lock _writing = new();
    private readonly EffectJournal? _journal;
    private readonly CancellationTokenSource _stop = new();
    private long _version;
    private bool _isManual;
    private bool _isStarting;
    private int _untilFault;

    private FaultReader(string[] args)
    {
        (_connection, _database, _folder) = (args[1], args[2], args[5]);
        _start = CdcOffset.Parse(args[3]);
        _random = new Random(int.Parse(args[6], CultureInfo.InvariantCulture));
        _journal = args[4] == "exactly" ? new EffectJournal(Path.Combine(_folder, "journal")) : null;
        _log = new FileStream(Path.Combine(_folder, $"log-{args[7]}"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Runs until it is stopped, meets a conflict or fails.</summary>
    /// <param name="args"><c>faults CONNECTION DATABASE START exactly|atleast FOLDER SEED NUMBER</c>.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var reader = new FaultReader(args);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            reader._stop.Cancel();
        });
        while (true)
        {
            if (await reader.RunEngineAsync() is { } exitCode)
            {
                return exitCode;
            }
        }
    }

    private async Task<int?> RunEngineAsync()
    {
        RandomlyFailingStore store = CreateStore();
        _isManual = _journal is null && _random.Next(3) == 0;
        _untilFault = _random.Next(3) == 0 ? _random.Next(1, 400) : int.MaxValue;
        try
        {
            CdcEngineOptions options = Options();
            Write(EngineStarts);
            _isStarting = true;
            await using var engine = new CdcEngine(Source(), store, options);
            await (_journal is null ? ReadAsync(engine) : StoreAsync(engine, store));
            Write("X the stream has ended");
            return 4;
        }
        catch (OrderedFaultException e)
        {
            Write($"# {e.Message}");
            return null;
        }
        catch (OffsetConflictException e)
        {
            Write($"C {e.Message}");
            return Conflict;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Write("# stopped");
            return 0;
        }
        catch (Exception e)
        {
            Write($"X {e}");
            return 4;
        }
    }

    // A journal as the library saves in its transactions, or as an application that checks the version itself uses it.
    private RandomlyFailingStore CreateStore()
    {
        int percent = Any([0, 0, 2, 10]);
        return _journal is null
            ? new RandomlyFailingStore(new FileOffsetStore(Path.Combine(_folder, "offsets")), _random, percent, OnLoad)
            : _random.Next(2) == 0
                ? new RandomlyFailingJournal(_journal, _random, percent, OnLoad)
                : new RandomlyFailingStore(_journal, _random, percent, OnLoad);
    }

    private MySqlSource Source() => new(new MySqlSourceOptions
    {
        ConnectionString = _connection + ";Connection Timeout=2;Default Command Timeout=5",
        Include = [$"{_database}.*"],
        HeartbeatInterval = TimeSpan.FromMilliseconds(Any([50, 200])),
        ReadTimeout = TimeSpan.FromMilliseconds(Any([600, 1500])),
        TransactionBufferBytes = Any([0, 20_000, 64 << 20]),
    });

    private CdcEngineOptions Options() => new()
    {
        Name = Name,
        LoggerFactory = new LineLogger(Write),
        StartFrom = StartPosition.At(_start),
        MaxBatchSize = Any([1, 3, 50, 2048]),
        MaxBufferedBytes = Any([1, 10_000, 1 << 20]),
        Acknowledgement = _isManual ? AcknowledgementMode.Manual : AcknowledgementMode.OnNext,
        CommitPolicy = _journal is not null ? CommitPolicy.Never : Any(
        [
            CommitPolicy.Always,
            CommitPolicy.EachTransaction,
            new CommitPolicy { Changes = 7, WaitForTransactionEnd = false, Interval = TimeSpan.FromMilliseconds(20) },
            new CommitPolicy { Changes = 100, Interval = TimeSpan.FromMilliseconds(200) },
        ]),
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(200) },
    };

    // At least once: the effect is a line of the log, and the engine stores the offset after it.
    private async Task ReadAsync(CdcEngine engine)
    {
        switch (_random.Next(3))
        {
            case 0:
                await foreach (ChangeEvent change in engine.ReadAsync(_stop.Token))
                {
                    await ProcessAsync([change]);
                    await CommitAsync(() => engine.CommitAsync(change));
                }

                break;
            case 1:
                await foreach (StreamItem item in engine.ReadAllAsync(_stop.Token))
                {
                    await ProcessAsync(item is ChangeEvent change ? [change] : []);
                    await CommitAsync(() => engine.CommitAsync(item));
                }

                break;
            default:
                await foreach (ChangeBatch batch in engine.ReadBatchesAsync(_stop.Token))
                {
                    await ProcessAsync([.. batch]);
                    await CommitAsync(() => engine.CommitAsync(batch));
                }

                break;
        }
    }

    private async ValueTask CommitAsync(Func<ValueTask> commit)
    {
        if (_isManual && _random.Next(3) == 0)
        {
            await commit();
        }
    }

    private async ValueTask ProcessAsync(IReadOnlyList<ChangeEvent> changes)
    {
        foreach (ChangeEvent change in changes)
        {
            await HesitateAsync();
            Write("E " + ChangeLine.Of(change));
        }

        WriteMark(changes.Any(change => change.Table == "mark"));
    }

    // Exactly once: effects and offset in one record.
    private async Task StoreAsync(CdcEngine engine, RandomlyFailingStore store)
    {
        if (_random.Next(2) == 0)
        {
            await foreach (ChangeBatch batch in engine.ReadBatchesAsync(_stop.Token))
            {
                await HesitateAsync();
                string[] effects = [.. batch.Select(ChangeLine.Of)];
                await (store is RandomlyFailingJournal journal
                    ? CommitAsync(journal, effects, transaction => journal.SaveAsync(batch, transaction))
                    : AppendAsync(store, batch.Offset, effects));
            }

            return;
        }

        var waiting = new List<string>();
        await foreach (StreamItem item in engine.ReadAllAsync(_stop.Token))
        {
            await HesitateAsync();
            if (item is ChangeEvent change)
            {
                waiting.Add(ChangeLine.Of(change));
            }

            if (waiting.Count > 20 || item is TransactionEnd or Heartbeat)
            {
                await (store is RandomlyFailingJournal journal
                    ? CommitAsync(journal, waiting, transaction => journal.SaveAsync(item, transaction))
                    : AppendAsync(store, item.Offset, waiting));
                waiting.Clear();
            }
        }
    }

    private async ValueTask AppendAsync(RandomlyFailingStore store, CdcOffset offset, IReadOnlyList<string> effects)
    {
        EffectJournal journal = _journal ?? throw new InvalidOperationException("There is no journal.");
        _version = await store.SaveAsync(() => new ValueTask<long>(journal.Append(Name, offset.ToString(), _version, effects)));
        WriteMark(effects.Any(effect => effect.Contains(".mark {", StringComparison.Ordinal)));
    }

    // A commit that fails is made again, in another transaction, or ends the loop.
    private async ValueTask CommitAsync(
        RandomlyFailingJournal journal, IReadOnlyList<string> effects, Func<JournalTransaction, ValueTask> save)
    {
        for (int attempt = 0; ; attempt++)
        {
            var transaction = new JournalTransaction([.. effects]);
            try
            {
                await save(transaction);
                await journal.CommitAsync(transaction);
                break;
            }
            catch (OrderedFaultException) when (attempt < 3 && _random.Next(2) == 0)
            {
                Write("# The commit is made again.");
            }
            catch (OffsetConflictException e) when (e.IsAlreadyStored)
            {
                Write("# The commit had been executed.");
                break;
            }
        }

        WriteMark(effects.Any(effect => effect.Contains(".mark {", StringComparison.Ordinal)));
    }

    private async ValueTask HesitateAsync()
    {
        if (--_untilFault <= 0)
        {
            throw new OrderedFaultException("The loop body fails.");
        }

        if (_random.Next(200) == 0)
        {
            await Task.Delay(_random.Next(100));
        }
    }

    private void WriteMark(bool hasArrived)
    {
        if (hasArrived)
        {
            Write(MarkArrived);
        }
    }

    private void OnLoad(string key, string? text, long version)
    {
        if (key == Name)
        {
            _version = _isStarting ? version : _version;
            _isStarting = false;
            Write($"L {text}");
        }
    }

    // One write, so that a kill leaves the whole line or none of it. The loop, the store and the logger write on threads of their own.
    private void Write(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" | ") + "\n");
        lock (_writing)
        {
            _log.Write(bytes);
        }
    }

    private T Any<T>(T[] items) => items[_random.Next(items.Length)];
}
