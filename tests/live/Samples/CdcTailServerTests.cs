using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcEmbedded.TestServers;
using CdcEmbedded.Tests.Shared;

namespace CdcEmbedded.ServerTests.Samples;

/// <summary>The sample as a process, with a server of its own.</summary>
public sealed class CdcTailServerTests(MySql97Fixture mySql97) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdctail-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Signals_end_it_with_0_and_the_next_run_resumes_after_what_was_printed()
    {
        await using var server = await mySql97.StartOwnAsync();
        var arguments = Arguments(server);
        await server.ExecuteAsync("CREATE DATABASE tail; CREATE TABLE tail.t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO tail.t "
            + "VALUES (1, 'a')");
        await using (var first = TailProcess.Start(arguments))
        {
            Assert.Equal([1], Ids(await first.ReadAsync(1)));
            await server.ExecuteAsync("INSERT INTO tail.t VALUES (2, 'b'), (3, 'c')");
            Assert.Equal([2, 3], Ids(await first.ReadAsync(2)));
            await first.SignalAsync("INT");
            Assert.Equal((0, ""), await first.ExitAsync());
        }

        await server.ExecuteAsync("INSERT INTO tail.t VALUES (4, 'd')");
        await using (var second = TailProcess.Start([.. arguments, "--transactions"]))
        {
            var lines = await second.ReadAsync(3);
            Assert.Contains("\"status\":\"BEGIN\"", lines[0], StringComparison.Ordinal);
            Assert.Equal([4], Ids(lines[1..2]));
            Assert.Contains("\"status\":\"END\"", lines[2], StringComparison.Ordinal);
            await second.SignalAsync("TERM");
            Assert.Equal((0, ""), await second.ExitAsync());
        }

        await using var third = TailProcess.Start([.. arguments, "--until-caught-up"]);
        Assert.Empty(await third.ReadToEndAsync());
        Assert.Equal((0, ""), await third.ExitAsync());
    }

    [Fact]
    public async Task A_reader_that_disappears_ends_it_with_0_and_loses_nothing()
    {
        const int transactions = 300;
        const int rows = 100;
        await using var server = await mySql97.StartOwnAsync();
        var arguments = Arguments(server);
        await server.ExecuteAsync("CREATE DATABASE tail; CREATE TABLE tail.t (id INT PRIMARY KEY, v VARCHAR(20))");
        var inserts = new StringBuilder();
        for (var transaction = 0; transaction < transactions; transaction++)
        {
            var values = Enumerable.Range(transaction * rows, rows)
                .Select(id => string.Create(CultureInfo.InvariantCulture, $"({id}, 'v')"));
            inserts.Append("INSERT INTO tail.t VALUES ").AppendJoin(',', values).Append(";\n");
        }

        await server.ExecuteAsync(inserts.ToString());
        var seen = new HashSet<int>();
        await using (var first = TailProcess.Start(arguments))
        {
            seen.UnionWith(Ids(await first.ReadAsync(10)));
            first.CloseOutput();
            Assert.Equal((0, ""), await first.ExitAsync());
        }

        await using var second = TailProcess.Start([.. arguments, "--until-caught-up"]);
        var rest = Ids(await second.ReadToEndAsync());
        Assert.Equal(0, (await second.ExitAsync()).Code);
        Assert.Equal(rest.Order(), rest);

        // A batch that could not be written completely is delivered again; what a pipe still holds when its reader goes had been written.
        Assert.Equal(Enumerable.Range(rest[0], (transactions * rows) - rest[0]), rest);
        Assert.Equal(10, seen.Count);
    }

    [Fact]
    public async Task A_wrong_password_ends_with_1_and_is_not_revealed()
    {
        var server = await mySql97.ServerAsync();
        var wrong = server.ConnectionStringFor("nobody", "secret-word");
        await using var tail = TailProcess.Start("--mysql", wrong);
        Assert.Empty(await tail.ReadToEndAsync());
        var (code, errors) = await tail.ExitAsync();
        Assert.Equal(1, code);
        Assert.Contains("nobody", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private string[] Arguments(MySqlTestServer server) =>
    [
        "--mysql", server.ConnectionString, "--include", "tail.*", "--from", "earliest", "--format", "json",
        "--offsets", Path.Combine(_folder.FullName, "offsets.json"),
    ];

    private static List<int> Ids(IEnumerable<string> lines)
    {
        var ids = new List<int>();
        foreach (var line in lines)
        {
            using var document = JsonDocument.Parse(line);
            ids.Add(document.RootElement.GetProperty("after").GetProperty("id").GetInt32());
        }

        return ids;
    }
}
