using System.Text.Json.Nodes;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.PublishTests;

/// <summary>A native program that reads a real MySQL server.</summary>
public sealed class MySqlNativeTests(ReleaseBuild build)
{
    [Fact]
    public async Task A_native_program_reads_the_changes_of_a_server_and_resumes()
    {
        await using var server = await StartAsync();
        using var folder = new TemporaryFolder();
        var program = await NativeProgram.PublishAsync(build, folder, "MySqlProgram");
        Assert.Empty(program.Warnings);

        await server.ExecuteAsync("""
            CREATE DATABASE aot;
            CREATE TABLE aot.t (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(20,4), made DATETIME(6), doc JSON, size ENUM('s','m'), data BLOB);
            INSERT INTO aot.t VALUES (1, 'Zoë', 12.5, '2026-03-09 12:33:58.123456', '{"a": [1, 2.5, null]}', 'm', x'00ff'), (2, NULL, NULL, NULL, NULL, NULL, NULL);
            UPDATE aot.t SET name = '健' WHERE id = 1;
            SET SESSION binlog_transaction_compression = ON;
            DELETE FROM aot.t WHERE id = 2
            """);

        var (events, typed) = await RunAsync(program, server, folder);
        Assert.Equal(["c", "c", "u", "d"], events.Select(e => (string?)e["op"]));
        Assert.Equal("""{"id":1,"name":"Zoë","price":"12.5000","made":"2026-03-09T12:33:58.123456","doc":{"a":[1,2.5,null]},"size":"m","data":"AP8="}""",
            events[0]["after"]?.ToJsonString(Unescaped));
        Assert.Equal("""{"id":2,"name":null,"price":null,"made":null,"doc":null,"size":null,"data":null}""",
            events[1]["after"]?.ToJsonString(Unescaped));
        Assert.Equal(("Zoë", "健"), ((string?)events[2]["before"]?["name"], (string?)events[2]["after"]?["name"]));
        Assert.Equal(2, (int?)events[3]["before"]?["id"]);

        Assert.Contains("Item { Id = 1, Name = Zoë, Price = 12.5000, Size = M }", typed, StringComparison.Ordinal);
        Assert.Contains("Item { Id = 2, Name = , Price = , Size =  }", typed, StringComparison.Ordinal);
        Assert.Contains("JsonItem { Id = 1, Price = 12.5000 }", typed, StringComparison.Ordinal);

        await server.ExecuteAsync("INSERT INTO aot.t (id) VALUES (3)");
        Assert.Equal(3, (int?)Assert.Single((await RunAsync(program, server, folder)).Events)["after"]?["id"]);
        Assert.Empty((await RunAsync(program, server, folder)).Events);
    }

    private static System.Text.Json.JsonSerializerOptions Unescaped { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static async Task<(List<JsonNode> Events, string Errors)> RunAsync(NativeProgram program, MySqlTestServer server,
        TemporaryFolder folder)
    {
        var (code, output, errors) = await Dotnet.StartAsync(program.Path, server.ConnectionString, "aot.*", folder.PathOf("offsets.json"));
        Assert.True(code == 0, errors);
        return ([.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line) ?? throw new InvalidDataException(line))], errors);
    }

    private static async Task<MySqlTestServer> StartAsync()
    {
        try
        {
            return await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
        }
        catch (Exception e) when (ServerAvailability.SkipReason(e) is { } reason)
        {
            Assert.Skip(reason);
            throw;
        }
    }
}
