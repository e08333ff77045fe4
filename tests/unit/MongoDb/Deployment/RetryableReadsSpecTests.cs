using System.Text.Json;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;
using CdcEmbedded.MongoDb.Tests.Topology;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>The files of the specifications "Retryable Reads" and "Driver Sessions", played against the double.</summary>
/// <remarks>
/// Operations are sent as the commands that they stand for, and compared are the commands that the double receives.
/// <list type="table">
/// <item><term>retryable-reads, all files</term><description>in scope. The connection check-out events that handshakeError.json
/// counts are not compared: there is no such event here.</description></item>
/// <item><term>sessions/implicit-sessions-default-causal-consistency</term><description>in scope.</description></item>
/// <item><term>sessions/driver-sessions-server-support, driver-sessions-dirty-session-errors</term><description>out of scope as
/// files: they write and use explicit sessions and transactions, which do not exist here. Their statements on implicit sessions (used
/// again, dropped after a network error) have tests in <see cref="DeploymentTests"/> and <see cref="FaultTests"/>.</description></item>
/// <item><term>sessions/snapshot-sessions*</term><description>out of scope: there are no snapshot sessions.</description></item>
/// <item><term>mongodb-handshake/metadata-not-propagated</term><description>out of scope: metadata cannot be appended
/// later.</description></item>
/// </list>
/// </remarks>
public class RetryableReadsSpecTests
{
    private static readonly string[] NotObserved =
        ["hello", "isMaster", "ismaster", "saslStart", "saslContinue", "killCursors", "endSessions", "getMore", "insert", "create", "drop"];

    [Theory]
    [InlineData("retryable-reads/tests")]
    [InlineData("sessions/tests/implicit-sessions-default-causal-consistency.json")]
    public async Task Reads_of_the_specification_are_repeated_as_it_says(string path)
    {
        var folder = path.EndsWith(".json", StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : path;
        var cases = SpecCase.Files(folder)
            .Where(file => path == folder || path.EndsWith($"/{file.Name}", StringComparison.Ordinal))
            .SelectMany(file => file.Json.GetProperty("tests").EnumerateArray().Select(test => (file.Name, file.Json, Test: test)))
            .ToList();
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();

        // Each case waits for a monitor's least heartbeat, so that several go side by side.
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (item, _) =>
        {
            if (await Xunit.Record.ExceptionAsync(() => RunAsync(item.Json, item.Test)) is { } failure)
            {
                failures.Add($"{item.Name}: {item.Test.Text("description")}: {failure.Message}");
            }
        });
        Assert.True(failures.IsEmpty, $"{failures.Count} of {cases.Count} cases:\n{string.Join("\n", failures)}");
        Assert.NotEmpty(cases);
    }

    private static async Task RunAsync(JsonElement file, JsonElement test)
    {
        var needsLogin = file.GetRawText().Contains("saslContinue", StringComparison.Ordinal);
        await using var server = MongoDouble.Start(new() { Users = needsLogin ? [new DoubleUser("cdc", "s3cret")] : [] });
        await PrepareAsync(server, file);
        var noRetry = test.GetRawText().Contains("\"retryReads\": false", StringComparison.Ordinal)
            || test.GetRawText().Contains("\"retryReads\":false", StringComparison.Ordinal);
        await using var deployment = await ConnectAsync(
            server, noRetry ? "heartbeatFrequencyMS=500&retryReads=false" : "heartbeatFrequencyMS=500", needsLogin ? "cdc:s3cret@" : "");
        server.Commands.Clear();
        foreach (var operation in test.GetProperty("operations").EnumerateArray())
        {
            await OperateAsync(server, deployment, file, operation);
        }

        var expected = test.GetProperty("expectEvents").EnumerateArray()
            .SelectMany(client => client.GetProperty("events").EnumerateArray())
            .Where(item => item.Has("commandStartedEvent"))
            .Select(item => item.GetProperty("commandStartedEvent"))
            .ToList();
        var received = server.Commands.All.Where(command => !NotObserved.Contains(command.Name)).ToList();
        Assert.Equal(expected.Count, received.Count);
        foreach (var (wanted, command) in expected.Zip(received))
        {
            Assert.Equal(wanted.Text("databaseName") ?? command.Database, command.Database);
            Assert.Equal(wanted.Text("commandName") ?? command.Name, command.Name);
            if (wanted.Has("command"))
            {
                Match(wanted.GetProperty("command"), command.Command);
            }
        }
    }

    private static async Task PrepareAsync(MongoDouble server, JsonElement file)
    {
        foreach (var data in InitialData(file))
        {
            var documents = data.GetProperty("documents").EnumerateArray().Select(document
                => (object?)DocJson.Parse(document.GetRawText())).ToList();
            var command = documents.Count == 0
                ? new Doc { { "create", data.Text("collectionName") } }
                : new Doc { { "insert", data.Text("collectionName") }, { "documents", documents } };
            await server.RunAsync(data.Text("databaseName") ?? "", command);
        }
    }

    private static async Task OperateAsync(MongoDouble server, MongoDeployment deployment, JsonElement file, JsonElement operation)
    {
        var name = operation.Text("name") ?? "";
        switch (name)
        {
            case "createEntities":
                return;
            case "failPoint":
                server.Fail(DocJson.Parse(operation.GetProperty("arguments").GetProperty("failPoint").GetRawText()));
                return;
        }

        var (database, command, hasCursor) = CommandOf(file, operation, name);
        var failure = await Xunit.Record.ExceptionAsync(async () =>
        {
            if (hasCursor)
            {
                await using var cursor = await deployment.OpenCursorAsync(database, command);
            }
            else
            {
                await deployment.RunCommandAsync(database, command);
            }
        });
        Assert.Equal(operation.Has("expectError"), failure is CdcException);
        Assert.True(failure is null or CdcException, $"{failure}");
    }

    private static (string Database, RawBson Command, bool HasCursor) CommandOf(JsonElement file, JsonElement operation, string name)
    {
        var entity = (operation.Text("object") ?? "").TrimEnd('0', '1');
        var data = InitialData(file).FirstOrDefault();
        var database = data.ValueKind == JsonValueKind.Undefined ? "admin" : data.Text("databaseName") ?? "";
        var collection = data.ValueKind == JsonValueKind.Undefined ? "" : data.Text("collectionName") ?? "";
        if (operation.Text("object") is "collectionSnapshot" or "collectionlinearizable")
        {
            collection = operation.Text("object") == "collectionSnapshot" ? "coll-snapshot" : "coll-linearizable";
            var level = collection[5..];
            return (database, Command($$"""{"find": "{{collection}}", "filter": {}, "readConcern": {"level": "{{level}}"} }"""), true);
        }

        var target = entity.StartsWith("collection", StringComparison.Ordinal) ? $"\"{collection}\"" : "1";
        return name switch
        {
            "createChangeStream" when entity == "client"
                => ("admin", Command("""{"aggregate": 1, "pipeline": [{"$changeStream": {"allChangesForCluster": true}}], "cursor": {}}"""),
                    true),
            "createChangeStream"
                => (database, Command($$"""{"aggregate": {{target}}, "pipeline": [{"$changeStream": {} }], "cursor": {} }"""), true),
            "runCommand" => (database, Command("""{"ping": 1}"""), false),
            "listDatabases" or "listDatabaseNames" => ("admin", Command("""{"listDatabases": 1}"""), false),
            "listCollections" or "listCollectionNames" => (database, Command("""{"listCollections": 1, "cursor": {}}"""), true),
            "listIndexes" or "listIndexNames" => (database, Command($$"""{"listIndexes": {{target}}, "cursor": {} }"""), true),
            "aggregate" when entity == "database"
                => (database, Command("""{"aggregate": 1, "pipeline": [{"$changeStream": {}}, {"$match": {}}], "cursor": {}}"""), true),
            "aggregate" => (database, Command($$"""{"aggregate": {{target}}, "pipeline": [], "cursor": {} }"""), true),
            "countDocuments" => (database, Command($$"""{"aggregate": {{target}}, "pipeline": [{"$match": {} }], "cursor": {} }"""), true),
            "estimatedDocumentCount" => (database, Command($$"""{"count": {{target}} }"""), false),
            "distinct" => (database, Command($$"""{"distinct": {{target}}, "key": "x", "query": {} }"""), false),
            "find" or "findOne" => (database, Command($$"""{"find": {{target}}, "filter": {} }"""), true),
            _ => throw new InvalidOperationException($"The operation {name} is new to these tests."),
        };
    }

    private static JsonElement.ArrayEnumerator InitialData(JsonElement file)
        => file.TryGetProperty("initialData", out var data) ? data.EnumerateArray() : default;

    private static void Match(JsonElement expected, object? actual)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var document = Assert.IsType<Doc>(actual);
                foreach (var property in expected.EnumerateObject())
                {
                    if (property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("$$exists", out var exists))
                    {
                        Assert.Equal(exists.GetBoolean(), document.Has(property.Name));
                    }
                    else
                    {
                        Match(property.Value, document[property.Name]);
                    }
                }

                break;
            case JsonValueKind.Array:
                var items = Assert.IsType<List<object?>>(actual);
                Assert.Equal(expected.GetArrayLength(), items.Count);
                foreach (var (wanted, item) in expected.EnumerateArray().Zip(items))
                {
                    Match(wanted, item);
                }

                break;
            case JsonValueKind.String:
                Assert.Equal(expected.GetString(), actual);
                break;
            case JsonValueKind.Number:
                Assert.Equal(expected.GetDouble(), Convert.ToDouble(actual, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                Assert.Equal(expected.GetBoolean(), actual);
                break;
        }
    }
}
