using System.Text.Json.Nodes;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;
using CdcEmbedded.Tests.Architecture;

namespace CdcEmbedded.PublishTests;

/// <summary>A native program that reads the scripted MongoDB deployment through the official driver.</summary>
/// <remarks>The driver is not made for trimming and warns about its own code. Its warnings are recorded in
/// <c>DriverWarnings.txt</c>, so that a new version of it is looked at; this library has none. To record them again:
/// <c>CDC_WRITE_DRIVER_WARNINGS=1 dotnet test tests/aot/Tests</c>.</remarks>
public sealed class MongoDbNativeTests(ReleaseBuild build)
{
    private static readonly string _recordedWarnings = Path.Combine(ShippedAssemblies.Root, "tests", "aot", "Tests", "DriverWarnings.txt");

    [Fact]
    public async Task A_native_program_reads_the_changes_of_a_deployment_and_resumes()
    {
        using var folder = new TemporaryFolder();
        var program = await NativeProgram.PublishAsync(build, folder, "MongoDbProgram");
        var ofDriver = program.Warnings.Where(IsOfDriver).ToList();
        Assert.Empty(program.Warnings.Except(ofDriver));
        if (Environment.GetEnvironmentVariable("CDC_WRITE_DRIVER_WARNINGS") == "1")
        {
            await File.WriteAllLinesAsync(_recordedWarnings, ofDriver);
        }

        Assert.Equal(await File.ReadAllLinesAsync(_recordedWarnings), ofDriver);

        await using var deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [new DoubleUser("cdc", "secret")] });
        await RunAsync(deployment, """
            {"insert": "orders", "documents": [{"_id": 1, "customer": "Zoë", "total": 12, "lines": [{"sku": "a", "price": {"$numberDecimal": "9.80"}}]}]}
            """);
        await RunAsync(deployment, """{"update": "orders", "updates": [{"q": {"_id": 1}, "u": {"$set": {"total": 13}}}]}""");
        await deployment.RunTransactionAsync("shop",
            DocJson.Parse("""{"insert": "orders", "documents": [{"_id": 2, "customer": "健", "total": 1}, {"_id": 3, "total": 2}]}"""),
            DocJson.Parse("""{"delete": "orders", "deletes": [{"q": {"_id": 3}, "limit": 1}]}"""));

        var events = await ReadAsync(program, deployment, folder);
        Assert.Equal(["c", "u", "c", "c", "d"], events.Select(e => (string?)e["op"]));
        Assert.Equal("""{"_id":1,"customer":"Zoë","total":12,"lines":[{"sku":"a","price":{"$numberDecimal":"9.80"}}]}""",
            events[0]["after"]?.ToJsonString(Unescaped));
        Assert.Equal(13, (int?)events[1]["source"]?["updateDescription"]?["updatedFields"]?["total"]);
        Assert.Equal([1, 2, 3], events.Skip(2).Select(e => (int?)e["transaction"]?["total_order"]));

        await RunAsync(deployment, """{"insert": "orders", "documents": [{"_id": 4, "total": 4}]}""");
        Assert.Equal(4, (int?)Assert.Single(await ReadAsync(program, deployment, folder))["after"]?["_id"]);
        Assert.Empty(await ReadAsync(program, deployment, folder));
    }

    private static System.Text.Json.JsonSerializerOptions Unescaped { get; } = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static bool IsOfDriver(string warning)
        => warning[(warning.IndexOf(' ', StringComparison.Ordinal) + 1)..].StartsWith("MongoDB.", StringComparison.Ordinal);

    private static async Task RunAsync(MongoDouble deployment, string command)
        => await deployment.RunAsync("shop", DocJson.Parse(command));

    private static async Task<List<JsonNode>> ReadAsync(NativeProgram program, MongoDouble deployment, TemporaryFolder folder)
    {
        var connection = deployment.ConnectionString.Replace("mongodb://", "mongodb://cdc:secret@", StringComparison.Ordinal);
        var (code, output, errors) = await Dotnet.StartAsync(program.Path, connection, "shop.*", folder.PathOf("offsets.json"));
        Assert.True(code == 0, errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line) ?? throw new InvalidDataException(line))];
    }
}
