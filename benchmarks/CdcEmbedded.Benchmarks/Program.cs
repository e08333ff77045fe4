using CdcEmbedded.Benchmarks;
using CdcEmbedded.TestServers;

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- [passes] [scale percent]
// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- mongodb [passes] [part of a name]
// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- spill [MiB]
if (args is ["spill", ..])
{
    await Spill.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 2048);
    return;
}

if (args is ["mongodb", ..])
{
    await MongoReplay.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 5,
        args.Length > 2 ? args[2] : "");
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- snapshot [rounds] [scale percent] [warm rounds] [part of a name]
// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- snapshot mongodb [passes] [documents]
// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- snapshot latency [seconds]
// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- snapshot memory [million rows]
if (args is ["snapshot", ..])
{
    var culture = System.Globalization.CultureInfo.InvariantCulture;
    int NumberAt(int place, int otherwise) => args.Length > place ? int.Parse(args[place], culture) : otherwise;
    if (args is ["snapshot", "mongodb", ..])
    {
        await SnapshotMongo.RunAsync(NumberAt(2, 5), NumberAt(3, 300_000));
        return;
    }

    if (args is ["snapshot", "latency", ..])
    {
        await SnapshotLive.MeasureLatencyAsync(NumberAt(2, 20));
        return;
    }

    if (args is ["snapshot", "memory", ..])
    {
        await SnapshotLive.MeasureMemoryAsync(NumberAt(2, 1));
        return;
    }

    await SnapshotRead.RunAsync(NumberAt(1, 9), NumberAt(2, 100), NumberAt(3, 12), args.Length > 4 ? args[4] : "");
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- keyed [passes] [changes] [handlers]
if (args is ["keyed", ..])
{
    var numbers = args.Skip(1).Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
    await Keyed.RunAsync(numbers.ElementAtOrDefault(0) is > 0 and var keyedPasses ? keyedPasses : 5,
        numbers.ElementAtOrDefault(1) is > 0 and var changes ? changes : 200_000,
        numbers.ElementAtOrDefault(2) is > 0 and var handlers ? handlers : 256);
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- live [seconds] [rounds] [streams]
if (args is ["live", ..])
{
    var numbers = args[1..].Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
    await Live.RunAsync(numbers.ElementAtOrDefault(0) is > 0 and var seconds ? seconds : 5,
        numbers.Length > 1 ? numbers[1] : 3, numbers.ElementAtOrDefault(2) is > 0 and var streams ? streams : 20);
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- read [rounds] [scale percent] [warm rounds]
if (args is ["read", ..])
{
    int Argument(int place, int otherwise)
        => args.Length > place ? int.Parse(args[place], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
    await ReadRows.RunAsync(Argument(1, 9), Argument(2, 100), Argument(3, 20));
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- chunks [rounds]
if (args is ["chunks", ..])
{
    Chunks.Run(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 40);
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- drains [rounds] [warm rounds]
if (args is ["drains", ..])
{
    var numbers = args[1..].Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
    await Drains.RunAsync(numbers.ElementAtOrDefault(0) is > 0 and var rounds ? rounds : 40, numbers.Length > 1 ? numbers[1] : 20);
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- values [rounds] [part of a name]
if (args is ["values", ..])
{
    await Values.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 40,
        args.Length > 2 ? args[2] : "");
    return;
}

// dotnet run -c Release --project benchmarks/CdcEmbedded.Benchmarks -- scale [rounds]
if (args is ["scale", ..])
{
    await Scale.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 3);
    return;
}

var passes = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 5;
var scale = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100;

Console.WriteLine("Starting MySQL 9.7 and writing the workloads …");
await using var server = await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
var workloads = await Workload.WriteAllAsync(server, scale);

Console.WriteLine($"{passes} passes each; CPU seconds of this process, median (least .. most); bytes allocated per "
    + $"row; {Environment.ProcessorCount} processors");
var loops = new Dictionary<string, double>();
foreach (var workload in workloads)
{
    Console.WriteLine($"\n{workload.Name}: {workload.Rows:N0} row changes, {workload.Bytes / 1e6:N1} MB of binlog");
    var drain = await Pass.MeasureAsync("checked drain", passes, workload, () => Drain.RunAsync(server, workload, verifyChecksums: true));
    await Pass.MeasureAsync("blocking drain, one buffer, by hand", passes, workload, () => BlockingClient.DrainAsync(server, workload),
        drain);
    await Pass.MeasureAsync("bare drain", passes, workload, () => Drain.RunAsync(server, workload, verifyChecksums: false), drain);
    loops[workload.Name] = await Pass.MeasureAsync("loop, every column, text as string", passes, workload,
        () => Loop.RunAsync(server, workload, Reading.Values), drain);
    await Pass.MeasureAsync("loop, every column, text as UTF-8", passes, workload,
        () => Loop.RunAsync(server, workload, Reading.Utf8), drain);
    await Pass.MeasureAsync("loop, no column read", passes, workload, () => Loop.RunAsync(server, workload, Reading.Nothing), drain);
    await Pass.MeasureAsync("batches, every column, text as string", passes, workload,
        () => Loop.RunBatchesAsync(server, workload, Reading.Values), drain);
}

Console.WriteLine($"\nW2 compressed takes {loops["W2 compressed"] / loops["W2"]:N2} times the CPU of W2 (every column, text as string)");
await Latency.MeasureAsync(server);
Console.WriteLine($"\npeak working set {System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:N0} MiB");
