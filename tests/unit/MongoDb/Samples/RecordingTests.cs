using System.Buffers.Binary;
using System.Text.Json;
using System.Text.RegularExpressions;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Tests.Deployment;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Samples;

/// <summary>The sample's recording of a change stream is what the scripted server sends for the script beside it.</summary>
public sealed partial class RecordingTests
{
    private static string Folder { get; } = Path.Combine(FindRoot(), "samples", "CdcTail", "recording");

    [Fact]
    public async Task The_recording_is_what_the_scripted_server_sends_for_the_script()
    {
        var isWriting = Environment.GetEnvironmentVariable("CDC_WRITE_RECORDING") == "1";
        await using var source = MongoDouble.Start(new MongoDoubleOptions { NoopInterval = Timeout.InfiniteTimeSpan });
        var start = source.AdvanceClusterTime();
        await RunScriptAsync(source, isWriting);
        var replies = await RecordAsync(source, new ClusterTime(start.Value));
        var path = Path.Combine(Folder, "mongodb.bson");
        if (isWriting)
        {
            await File.WriteAllBytesAsync(path, [.. replies.SelectMany(reply => reply.Bytes.ToArray())],
                TestContext.Current.CancellationToken);
        }

        Assert.Equal(replies.Select(Comparable), Read(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken))
            .Select(Comparable));
    }

    private static async Task RunScriptAsync(MongoDouble source, bool isWaiting)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder, "mongodb.jsonl"), TestContext.Current.CancellationToken);
        foreach (var line in lines.Where(line => !line.StartsWith("//", StringComparison.Ordinal)))
        {
            using var step = JsonDocument.Parse(line);
            if (isWaiting)
            {
                await Task.Delay(step.RootElement.GetProperty("wait").GetInt32(), TestContext.Current.CancellationToken);
            }

            var database = step.RootElement.GetProperty("db").GetString() ?? "";
            if (step.RootElement.TryGetProperty("transaction", out var commands))
            {
                await source.RunTransactionAsync(database,
                    [.. commands.EnumerateArray().Select(command => DocJson.Parse(command.GetRawText()))]);
                continue;
            }

            foreach (var command in step.RootElement.GetProperty("run").EnumerateArray())
            {
                await source.RunAsync(database, DocJson.Parse(command.GetRawText()));
            }
        }

        source.AdvanceClusterTime();
    }

    /// <summary>Reads the change stream one event at a time, up to the first reply without one.</summary>
    private static async Task<List<RawBson>> RecordAsync(MongoDouble source, ClusterTime start)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var deployment = await DeploymentFixture.ConnectAsync(source);
        var command = BsonDocument.Parse("""
            {"aggregate":1,"pipeline":[{"$changeStream":{"fullDocument":"whenAvailable","fullDocumentBeforeChange":"whenAvailable",
            "showExpandedEvents":true,"allChangesForCluster":true}}],"cursor":{"batchSize":0}}
            """);
        command["pipeline"][0]["$changeStream"]["startAtOperationTime"] = start.ToBson();
        var options = new CursorOptions { BatchSize = 1, MaxAwaitTime = TimeSpan.FromMilliseconds(50) };
        await using var cursor = await deployment.Commands.OpenCursorAsync("admin", command, options, stop);
        var replies = new List<RawBson>();
        for (var batch = await cursor.ReadAsync(stop); ; batch = await cursor.ReadAsync(stop))
        {
            if (replies.Count > 0 || !batch.Documents.IsEmpty)
            {
                replies.Add(batch.Reply.Detach());
                if (batch.Documents.IsEmpty)
                {
                    return replies;
                }
            }
        }
    }

    private static IEnumerable<RawBson> Read(byte[] file)
    {
        for (var place = 0; place < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(place));
            yield return new RawBson(file, place, length);
            place += length;
        }
    }

    // The events without what differs from day to day: times, tokens, sessions, collections' UUIDs.
    private static string Comparable(RawBson reply)
        => PerDay().Replace(new MongoBatch(reply).Documents.ToJson(ExtendedJsonMode.Canonical), "*");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CdcEmbedded.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The folder of CdcEmbedded.sln is not above the tests.");
    }

    [GeneratedRegex(
        """(?<="(_data|wallTime|clusterTime|collectionUUID|dropTarget|id)":)("[0-9A-F]*"|\{("\$[a-zA-Z]+":)*("[^"]*"|\{[^}]*\})\})""")]
    private static partial Regex PerDay();
}
