using System.Text;
using CdcEmbedded;
using CdcEmbedded.CrashReader;
using CdcEmbedded.MongoDb;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

// A consumer that tests kill: it writes what it has processed to a file and then acknowledges it.
//   append CONNECTION DATABASE START EVENTS OFFSETS   one line per event, then the engine's own offset store
//   atomic CONNECTION DATABASE START STATE            the offset and all lines in one file, replaced as a whole with each batch
//   xa CONNECTION DATABASE START ITEMS OFFSETS MODE   one line per change or notice of XA transactions in a mode of XaMode
//   snapshot CONNECTION DATABASE - ROWS OFFSETS        the tables by several readers, then the stream; one line per row
//   faults CONNECTION DATABASE START exactly|atleast FOLDER SEED NUMBER   see FaultReader
//   spill BINLOG FOLDER                               stops inside a transaction that is in a spill file in the folder, and waits to be
//   killed
// After SIGKILL the file still has what was written before it: only a power failure would require waiting for the disk.
if (args is ["spill", var binlog, var folder])
{
    return await SpillAsync(binlog, folder);
}

if (args is ["faults", ..])
{
    return await FaultReader.RunAsync(args);
}

string[] modes = ["append", "atomic", "xa", "snapshot"];
if (args is not [var mode, var connection, var database, var start, var file, ..] || !modes.Contains(mode))
{
    Console.Error.WriteLine("append|atomic|xa|snapshot CONNECTION DATABASE START FILE [OFFSETS [MODE]], or spill BINLOG FOLDER");
    return 2;
}

ISource source = connection.StartsWith("mongodb", StringComparison.Ordinal)
    ? new MongoSource(new MongoSourceOptions { ConnectionString = connection, Include = [$"{database}.*"], MinOplogWindow = TimeSpan.Zero })
    : new MySqlSource(new MySqlSourceOptions
    {
        ConnectionString = connection,
        Include = [$"{database}.*"],
        Xa = mode == "xa" ? Enum.Parse<XaMode>(args[6]) : XaMode.Buffer,
    });
return mode switch
{
    "append" => await AppendAsync(),
    "xa" => await ReadXaAsync(),
    "snapshot" => await ReadTablesAsync(),
    _ => await ReplaceAsync(),
};

static async Task<int> SpillAsync(string binlog, string folder)
{
    var files = new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [binlog], TransactionBufferBytes = 0,
        SpillFolder = folder });
    await using var engine = new CdcEngine(files, new InMemoryOffsetStore(), new CdcEngineOptions
    {
        Name = "crash",
        MaxBatchSize = 1,
        MaxBufferedChanges = 1,
        CommitPolicy = CommitPolicy.Never,
    });
    await foreach (ChangeEvent change in engine.ReadAsync())
    {
        // Deep enough in a transaction that a part of it is still in the file: the reading flow is only a batch ahead.
        if (change.TotalOrder == 100)
        {
            Console.Out.WriteLine($"{change.Transaction?.Id} {change.TotalOrder}");
            await Task.Delay(Timeout.Infinite);
        }
    }

    return 0;
}

async Task<int> AppendAsync()
{
    await using var engine = new CdcEngine(source, new FileOffsetStore(args[5]), new CdcEngineOptions
    {
        Name = "crash",
        StartFrom = StartPosition.At(CdcOffset.Parse(start)),
        MaxBatchSize = 16,
        CommitPolicy = new CommitPolicy { Changes = 7, WaitForTransactionEnd = false, Interval = TimeSpan.FromMilliseconds(20) },
    });
    await using var events = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    await foreach (ChangeEvent change in engine.ReadAsync())
    {
        // One write, so that a kill leaves the whole line or none of it.
        events.Write(Encoding.UTF8.GetBytes($"{Id(change)}\t{change.EventId}\n"));
    }

    return 0;
}

async Task<int> ReadXaAsync()
{
    await using var engine = new CdcEngine(source, new FileOffsetStore(args[5]), new CdcEngineOptions
    {
        Name = "crash",
        StartFrom = StartPosition.At(CdcOffset.Parse(start)),
        CommitPolicy = CommitPolicy.EachTransaction,
    });
    await using var items = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    await foreach (StreamItem item in engine.ReadAllAsync())
    {
        string? line = item switch { ChangeEvent change => Id(change), Notice notice => $"{notice.Kind} {notice.Message}", _ => null };
        items.Write(Encoding.UTF8.GetBytes(line is null ? "" : $"{line}\n"));
    }

    return 0;
}

async Task<int> ReadTablesAsync()
{
    await using var engine = new CdcEngine(source, new FileOffsetStore(args[5]), new CdcEngineOptions
    {
        Name = "crash",
        MaxBatchSize = 16,
        MaxBufferedChanges = 32,
        CommitPolicy = new CommitPolicy { Changes = 7, WaitForTransactionEnd = false, Interval = TimeSpan.FromMilliseconds(20) },
        Snapshot = new SnapshotOptions { Mode = SnapshotMode.Initial, Readers = 4, ChunkSize = 20 },
    });
    await using var rows = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    await foreach (ChangeEvent change in engine.ReadAsync())
    {
        string value = change.After.HasValue ? $"{change.After["v"]}" : "-";
        rows.Write(Encoding.UTF8.GetBytes($"{change.Operation}\t{change.Key["id"]}\t{value}\n"));

        // Slow enough that the test finds it at any of its rows.
        await Task.Delay(1);
    }

    return 0;
}

async Task<int> ReplaceAsync()
{
    string[] state = File.Exists(file) ? await File.ReadAllLinesAsync(file) : [start];
    var lines = new List<string>(state);
    await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
    {
        Name = "crash",
        StartFrom = StartPosition.At(CdcOffset.Parse(lines[0])),
        MaxBatchSize = 3,
        CommitPolicy = CommitPolicy.Never,
    });
    await foreach (ChangeBatch batch in engine.ReadBatchesAsync())
    {
        lines[0] = batch.Offset.ToString();
        foreach (ChangeEvent change in batch)
        {
            lines.Add($"{Id(change)}\t{change.EventId}");
        }

        await File.WriteAllLinesAsync(file + ".new", lines);
        File.Move(file + ".new", file, overwrite: true);
    }

    return 0;
}

// A deleted document has no state after, and neither has a delete.
static string Id(ChangeEvent change) => change.After.HasValue ? change.After["id"].ToString() : "";
