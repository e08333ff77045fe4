using System.Text.Json;
using CdcEmbedded.MongoDb.Double;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>The specification's change-stream files, each test against a double of a topology and version that it wants.</summary>
public sealed class ChangeStreamSpecTests
{
    /// <summary>Tests that are not for this package, with the reason.</summary>
    private static readonly Dictionary<string, string> _outOfScope = new()
    {
        ["Test with document comment"] = "the source sends no comment",
        ["Test with document comment - pre 4.4"] = "the source sends no comment",
        ["Test with string comment"] = "the source sends no comment",
        ["Test that comment is set on getMore"] = "the source sends no comment",
        ["Test that comment is not set on getMore - pre 4.4"] = "the source sends no comment",
        ["$changeStream must be the first stage in a change stream pipeline sent to the server"] = "only the command's shape is expected",
    };

    [Theory]
    [InlineData("change-streams-clusterTime.json")]
    [InlineData("change-streams-disambiguatedPaths.json")]
    [InlineData("change-streams-errors.json")]
    [InlineData("change-streams-nsType.json")]
    [InlineData("change-streams-pre_and_post_images.json")]
    [InlineData("change-streams-resume-allowlist.json")]
    [InlineData("change-streams-resume-errorLabels.json")]
    [InlineData("change-streams-showExpandedEvents.json")]
    [InlineData("change-streams.json")]
    public async Task Every_test_of_the_file_passes(string name)
    {
        var folder = SpecFiles.Folder("change-streams/tests/unified");
        using var parsed =
            JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken));
        var file = parsed.RootElement;
        var failures = new List<string>();
        var count = 0;
        foreach (var test in file.GetProperty("tests").EnumerateArray())
        {
            var description = test.GetProperty("description").GetString() ?? "";
            if (_outOfScope.ContainsKey(description) || IsForOldServersOnly(test))
            {
                continue;
            }

            count++;
            try
            {
                await RunAsync(file, test);
            }
            catch (Exception e)
            {
                failures.Add($"{description}: {e.GetType().Name} {e.Message}");
            }
        }

        Assert.True(count > 0);
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    // The driver supports MongoDB 4.4 and later.
    private static bool IsForOldServersOnly(JsonElement test)
        => test.TryGetProperty("runOnRequirements", out var requirements) && requirements.EnumerateArray().All(static requirement
            => requirement.TryGetProperty("maxServerVersion", out var version)
                && Version.Parse(version.GetString() ?? "") < new Version(4, 4));

    private static async Task RunAsync(JsonElement file, JsonElement test)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        var topologies = test.TryGetProperty("runOnRequirements", out var requirements)
            && requirements[0].TryGetProperty("topologies", out var wanted)
            ? wanted.ToString()
            : "replicaset";
        await using var server = MongoDouble.Start(new MongoDoubleOptions
        {
            Topology = topologies.Contains("replicaset", StringComparison.Ordinal) ? DoubleTopology.ReplicaSet
                : topologies.Contains("sharded", StringComparison.Ordinal) ? DoubleTopology.Sharded
                : DoubleTopology.Standalone,
            Version = "8.1.0",
            MaxWireVersion = 25,
        });
        await using var run = new UnifiedRun(server, file);
        await run.RunAsync(test, patience.Token);
    }
}
