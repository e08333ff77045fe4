using CdcEmbedded.CrashReader;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>A database with a writer, and readers on the other side of a network, to which faults happen that a seed determines. Times are
/// real, so a seed repeats the order of the faults and the statements, but not every interleaving.</summary>
public sealed class FaultScene : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private readonly MySqlTestServer _server;
    private readonly string _database;
    private readonly CdcOffset _start;
    private readonly Random _random;
    private readonly FaultWorkload _workload;
    private readonly FaultProxy _proxy;
    private readonly bool _isExactlyOnce;
    private readonly List<FaultReaderProcess> _readers = [];
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private bool _canConflict;
    private bool _isOver;
    private int _started;

    private FaultScene(MySqlTestServer server, string database, CdcOffset start, FaultWorkload workload, Random random)
    {
        (_server, _database, _start, _workload, _random) = (server, database, start, workload, random);
        _isExactlyOnce = random.Next(2) == 0;
        _proxy = new FaultProxy(server.Port);
    }

    /// <summary>What the readers wrote. It is kept if the schedule fails.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("cdc-faults-").FullName;

    /// <summary>What happened, for a failure's message.</summary>
    public List<string> Story { get; } = [];

    /// <summary>Creates the tables.</summary>
    public static async Task<FaultScene> CreateAsync(MySqlTestServer server, Combination combination, int seed)
    {
        string database = await server.CreateDatabaseAsync("f");
        var workload = new FaultWorkload(server, database, isTruncateAtomic: !combination.IsMariaDb, new Random(seed + 1));
        await workload.CreateAsync();
        return new FaultScene(server, database, await Capture.EndOfLogAsync(server), workload, new Random(seed));
    }

    /// <summary>Runs the schedule, waits until the readers have read everything, and compares.</summary>
    /// <param name="faults">Number of faults.</param>
    public async Task<string> RunAsync(int faults)
    {
        using var stop = new CancellationTokenSource();
        Task writing = Task.Run(() => _workload.RunAsync(stop.Token));
        StartReader();
        for (int i = 0; i < faults; i++)
        {
            await PauseAsync(1000);
            await FaultAsync(Any(Enum.GetValues<FaultKind>()));
            await KeepReadingAsync();
        }

        await PauseAsync(500);
        Tell("end of writing");
        await stop.CancelAsync();
        await writing.WaitAsync(Capture.Patience);
        await _workload.FinishAsync();
        Tell("end of history");
        await ReadToMarkAsync();
        Tell("read");
        foreach (FaultReaderProcess reader in _readers)
        {
            await reader.StopAsync();
        }

        Tell("stopped");
        string summary = await CompareAsync();
        _isOver = true;
        return summary;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (FaultReaderProcess reader in _readers)
        {
            reader.Dispose();
        }

        await _proxy.DisposeAsync();
        if (_isOver)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private void Tell(string what)
        => Story.Add(FormattableString.Invariant($"{TimeProvider.System.GetElapsedTime(_began).TotalSeconds:0.0}s {what}"));

    private IEnumerable<string> Logs => Directory.EnumerateFiles(Folder, "log-*").Order(StringComparer.Ordinal);

    private async Task FaultAsync(FaultKind kind)
    {
        Tell(kind.ToString());
        switch (kind)
        {
            case FaultKind.KillReader:
                await _readers[0].KillAsync();
                break;
            case FaultKind.StopReader:
                await _readers[0].StopAsync();
                break;
            case FaultKind.FreezeReader:
                await _readers[0].SignalAsync("STOP");
                await PauseAsync(2000);
                await _readers[0].SignalAsync("CONT");
                break;
            case FaultKind.OverlapReaders:
                StartReader();
                await PauseAsync(3000);
                await _readers[_random.Next(_readers.Count)].KillAsync();
                break;
            case FaultKind.OverlapFrozenReader:
                FaultReaderProcess first = _readers[0];
                await first.SignalAsync("STOP");
                StartReader();
                await PauseAsync(2000);
                await first.SignalAsync("CONT");
                await PauseAsync(1000);
                await _readers[_random.Next(_readers.Count)].KillAsync();
                break;
            case FaultKind.KillServer:
                await _server.KillAsync();
                await PauseAsync(1000);
                await _server.RestartAsync();
                break;
            case FaultKind.RestartServer:
                await _server.RestartAsync();
                break;
            case FaultKind.FreezeServer:
                await _server.PauseAsync();
                await PauseAsync(2500);
                await _server.ResumeAsync();
                break;
            case FaultKind.KillConnections:
                foreach (ServerConnection connection in await _server.ConnectionsAsync())
                {
                    if (connection.Command is "Binlog Dump" or "Binlog Dump GTID")
                    {
                        await TryAsync($"KILL {connection.Id}");
                    }
                }

                break;
            default:
                await DisturbNetworkAsync(kind);
                break;
        }
    }

    private async Task DisturbNetworkAsync(FaultKind kind)
    {
        switch (kind)
        {
            case FaultKind.CutConnections:
                _proxy.Cut(_random.Next(2) == 0);
                return;
            case FaultKind.CutInsideEvent:
                _proxy.CutAfter(_random.Next(1, 1 << _random.Next(1, 20)));
                await PauseAsync(3000);
                break;
            case FaultKind.RefuseConnections:
                _proxy.Refuse();
                _proxy.Cut(_random.Next(2) == 0);
                await PauseAsync(1500);
                break;
            case FaultKind.LoseConnections:
                _proxy.Silence();
                await PauseAsync(2500);
                break;
            default:
                _proxy.Slow(_random.Next(1, 300));
                await PauseAsync(3000);
                break;
        }

        _proxy.Heal();
    }

    // One reader runs again: a reader that ended by a fault, or by a conflict with the other one, is replaced as an operator's system does.
    private async Task KeepReadingAsync()
    {
        foreach (FaultReaderProcess reader in _readers.Where(reader => reader.HasExited).ToArray())
        {
            _readers.Remove(reader);
            reader.Dispose();
        }

        if (_readers.Count == 0)
        {
            await PauseAsync(200);
            StartReader();
        }
    }

    private void StartReader()
    {
        _canConflict |= _readers.Any(reader => !reader.HasExited);
        string connection = _server.ConnectionString.Replace($"port={_server.Port}", $"port={_proxy.Port}",
            StringComparison.OrdinalIgnoreCase);
        _readers.Add(new FaultReaderProcess(
            ++_started, _random.Next(), connection, _database, _start.ToString(), _isExactlyOnce ? "exactly" : "atleast", Folder));
    }

    private async Task ReadToMarkAsync()
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!Logs.Any(HasMark))
        {
            await KeepReadingAsync();
            DeliveryCheck.NoFailures(Logs, _canConflict);
            Assert.True(TimeProvider.System.GetElapsedTime(started) < _patience,
                $"The end of the history has not arrived after {_patience}.");
            await Task.Delay(200);
        }
    }

    private static bool HasMark(string log) => DeliveryCheck.Lines(log).Contains(FaultReader.MarkArrived, StringComparer.Ordinal);

    private async Task<string> CompareAsync()
    {
        List<CapturedChange> truth = await ReadTruthAsync();
        var copy = new SourceCopy();
        foreach (CapturedChange change in truth)
        {
            copy.Apply(change.Event);
        }

        List<string> differences = copy.Differences(await ServerTable.ReadAllAsync(_server, _database));
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(10))}");
        DeliveryCheck.NoFailures(Logs, _canConflict);
        var check = new DeliveryCheck(truth);
        if (_isExactlyOnce)
        {
            check.ExactlyOnce(EffectJournal.Effects(Path.Combine(Folder, "journal")));
        }
        else
        {
            check.AtLeastOnce(Logs);
        }

        int engines = Logs.Sum(log => DeliveryCheck.Lines(log).Count(line => line == FaultReader.EngineStarts));
        return $"{(_isExactlyOnce ? "exactly" : "at least")} once, {_workload.Steps} steps, {truth.Count} changes, {_started} "
            + $"processes, {engines} engines, "
            + $"{check.Repeated} repeated: {string.Join(' ', Story)}";
    }

    // With begins and ends, so that the offset of a transaction's last change is not yet that of its end.
    private async Task<List<CapturedChange>> ReadTruthAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        var changes = new List<CapturedChange>();
        await using var engine = new CdcEngine(
            Capture.Source(_server, _database), new Offsets.InMemoryOffsetStore(), Capture.UpToNow(_start));
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is ChangeEvent change)
            {
                changes.Add(CapturedChange.Of(change));
            }
        }

        return changes;
    }

    private async Task TryAsync(string sql)
    {
        try
        {
            await _server.ExecuteAsync(sql);
        }
        catch (SqlStatementException)
        {
            // That connection has already ended.
        }
    }

    private Task PauseAsync(int most) => Task.Delay(_random.Next(most));

    private T Any<T>(T[] items) => items[_random.Next(items.Length)];
}
