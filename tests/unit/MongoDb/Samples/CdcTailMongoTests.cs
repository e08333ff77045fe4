using System.Text.Json.Nodes;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;
using CdcEmbedded.Tests.Shared;

namespace CdcEmbedded.MongoDb.Tests.Samples;

/// <summary>The sample as a process beside the double as a server.</summary>
public sealed class CdcTailMongoTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdctail-mongodb-");
    private readonly MongoDouble _server = MongoDouble.Start(new MongoDoubleOptions { Users = [new DoubleUser("cdc", "secret-word")] });

    private string Uri => _server.ConnectionString.Replace("mongodb://", "mongodb://cdc:secret-word@", StringComparison.Ordinal);

    private string Offsets => Path.Combine(_folder.FullName, "offsets.json");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_ends_the_program_after_max_attempts_and_each_line_has_the_reason_once()
    {
        (int code, string[] lines, string errors) = await TailProcess.RunAsync(
            "--mongodb", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", "--until-caught-up", "--max-attempts", "1");

        Assert.Equal((1, 0), (code, lines.Length));
        string[] said = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, said.Length);
        Assert.Contains("cdctail: connection failed, attempt 1 in ", said[0], StringComparison.Ordinal);
        Assert.All(said, line => Assert.Equal(2, line.Split("127.0.0.1:1").Length));
    }

    [Fact]
    public async Task Json_has_documents_as_relaxed_and_keys_as_canonical_extended_json()
    {
        await WriteAsync("""{"insert":"orders","documents":[{"_id":{"$numberLong":"7"},"price":{"$numberDecimal":"9.80"},"lines":[{"sku":"a","qty":2}]}]}""");
        await WriteAsync("""{"update":"orders","updates":[{"q":{"_id":7},"u":{"$set":{"lines.0.qty":3}}}]}""");
        (int code, string[] lines, string errors) = await TailProcess.RunAsync(
            "--mongodb", Uri, "--from", "earliest", "--format", "json", "--until-caught-up", "--name", "mine");
        Assert.Equal((0, 2), (code, lines.Length));
        Assert.DoesNotContain("secret-word", errors, StringComparison.Ordinal);
        JsonNode insert = JsonNode.Parse(lines[0])!;
        Assert.Equal(["before", "after", "source", "op", "ts_ms", "transaction", "key"], insert.AsObject().Select(p => p.Key));
        Assert.Equal("""{"_id":7,"price":{"$numberDecimal":"9.80"},"lines":[{"sku":"a","qty":2}]}""", insert["after"]!.ToJsonString());
        Assert.Equal("""{"_id":{"$numberLong":"7"}}""", insert["key"]!.ToJsonString());
        Assert.Equal(("c", "mongodb", "mine", "shop", "orders", "orders"),
            ((string?)insert["op"], Source(insert, "connector"), Source(insert, "name"),
            Source(insert, "db"), Source(insert, "table"), Source(insert, "collection")));
        JsonNode update = JsonNode.Parse(lines[1])!;
        Assert.Equal("""{"lines.0.qty":3}""", update["source"]!["updateDescription"]!["updatedFields"]!.ToJsonString());
        Assert.Equal(("lookup", "not_configured"), (Source(update, "after_state"), Source(update, "before_state")));
    }

    [Fact]
    public async Task Pretty_output_shows_transactions_and_changes_of_collections()
    {
        await WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        await _server.RunTransactionAsync("shop", Parse("""{"insert":"orders","documents":[{"_id":1,"qty":5,"note":"x"}]}"""),
            Parse("""{"update":"orders","updates":[{"q":{"_id":1},"u":{"$set":{"qty":6},"$unset":{"note":""}}}]}"""));
        await WriteAsync("""{"insert":"new","documents":[{"_id":1}]}""");
        await WriteAsync("""{"renameCollection":"shop.new","to":"shop.old"}""", "admin");
        await WriteAsync("""{"drop":"old"}""");
        (int code, string[] lines, _) = await TailProcess.RunAsync("--mongodb", Uri, "--from", "earliest", "--transactions",
            "--until-caught-up");
        Assert.Equal(0, code);
        string output = string.Join('\n', lines);
        foreach (string part in (string[])["shop.orders  CREATE", "BEGIN   ", "shop.orders  CREATE  _id=1", "qty: 5 → 6",
            "note: 'x' → (removed)", "  2 changes",
            "shop.new  RENAME → shop.old", "shop.old  DROP"])
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Runs_with_a_limit_and_an_offset_file_resume_where_the_last_one_ended()
    {
        for (int i = 0; i < 7; i++)
        {
            await WriteAsync($$"""{"insert":"orders","documents":[{"_id":{{i}}}]}""");
        }

        var seen = new List<string>();
        for (int run = 0; run < 4; run++)
        {
            (int code, string[] lines, _) = await TailProcess.RunAsync(
                "--mongodb", Uri, "--from", "earliest", "--format", "json", "--limit", "2", "--offsets", Offsets, "--until-caught-up");
            Assert.Equal((0, run < 3 ? 2 : 1), (code, lines.Length));
            seen.AddRange(lines);
        }

        Assert.Equal(Enumerable.Range(0, 7), seen.Select(line => (int)JsonNode.Parse(line)!["after"]!["_id"]!));
        Assert.DoesNotContain("secret-word", await File.ReadAllTextAsync(Offsets, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_stores_the_offset_and_ends_with_0(string signal)
    {
        await WriteAsync("""{"insert":"orders","documents":[{"_id":1},{"_id":2}]}""");
        await using (TailProcess tail = TailProcess.Start("--mongodb", Uri, "--from", "earliest", "--format", "json", "--offsets", Offsets))
        {
            await tail.ReadAsync(2);
            await WriteAsync("""{"insert":"orders","documents":[{"_id":3}]}""");
            await tail.ReadAsync(1);
            await tail.SignalAsync(signal);
            Assert.Empty(await tail.ReadToEndAsync());
            Assert.Equal(0, (await tail.ExitAsync()).Code);
        }

        await WriteAsync("""{"insert":"orders","documents":[{"_id":4}]}""");
        (int code, string[] lines, _) = await TailProcess.RunAsync("--mongodb", Uri, "--format", "json", "--offsets", Offsets,
            "--until-caught-up");
        Assert.Equal((0, 4), (code, (int)JsonNode.Parse(Assert.Single(lines))!["after"]!["_id"]!));
    }

    [Fact]
    public async Task Include_and_exclude_choose_collections()
    {
        foreach (string collection in (string[])["orders", "order_lines", "customers"])
        {
            await WriteAsync($$"""{"insert":"{{collection}}","documents":[{"_id":1}]}""");
        }

        (int code, string[] lines, _) = await TailProcess.RunAsync(
            "--mongodb", Uri, "--from", "earliest", "--format", "json", "--until-caught-up", "--include", "shop.order*", "--exclude",
                "*.order_lines");
        Assert.Equal((0, "orders"), (code, Source(JsonNode.Parse(Assert.Single(lines))!, "table")));
    }

    [Fact]
    public async Task Stats_count_and_print_no_events()
    {
        await WriteAsync("""{"insert":"orders","documents":[{"_id":1},{"_id":2}]}""");
        (int code, string[] lines, string errors) = await TailProcess.RunAsync("--mongodb", Uri, "--from", "earliest", "--stats",
            "--until-caught-up");
        Assert.Equal((0, 0), (code, lines.Length));
        Assert.Contains("2 events in ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_ends_with_1_and_is_not_shown()
    {
        string uri = Uri.Replace("secret-word", "other-word", StringComparison.Ordinal);
        (int code, string[] lines, string errors) = await TailProcess.RunAsync("--mongodb", uri);
        Assert.Equal((1, 0), (code, lines.Length));
        Assert.DoesNotContain("other-word", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standalone_server_ends_with_1_and_what_to_do()
    {
        await using var alone = MongoDouble.Start(new MongoDoubleOptions { Topology = DoubleTopology.Standalone });
        (int code, _, string errors) = await TailProcess.RunAsync("--mongodb", alone.ConnectionString);
        Assert.Equal(1, code);
        Assert.Contains("rs.initiate()", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_the_recorded_change_stream_is_shown_with_its_origin()
    {
        (int code, string[] lines, string errors) = await TailProcess.RunAsync("--format", "json", "--transactions", "--include",
            "cinema.*");
        Assert.Equal(0, code);
        Assert.Contains("not from a MongoDB server", errors, StringComparison.Ordinal);
        JsonNode[] items = [.. lines.Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(["create", "create", "create", "alter", "rename", "drop"], items.Select(item => (string?)item["schema_change"])
            .Where(kind => kind is not null));
        Assert.Equal(["BEGIN", "END", "BEGIN", "END"], items.Select(item => (string?)item["status"]).Where(status => status is not null));
        Assert.Equal("cccccuuuuuuuuuudd", string.Concat(items.Select(item => (string?)item["op"])));
    }

    [Fact]
    public async Task The_recordings_resume_from_an_offset_file_too()
    {
        string[] whole = (await TailProcess.RunAsync("--format", "json")).Lines;
        var pieces = new List<string>();
        for (int run = 0; run < 6; run++)
        {
            pieces.AddRange((await TailProcess.RunAsync("--format", "json", "--limit", "10", "--offsets", Offsets)).Lines);
        }

        Assert.Equal(whole.Select(WithoutTime), pieces.Select(WithoutTime));
    }

    private Task<Doc> WriteAsync(string command, string database = "shop") => _server.RunAsync(database, Parse(command));

    private static Doc Parse(string json) => DocJson.Parse(json);

    private static string? Source(JsonNode line, string name) => (string?)line["source"]![name];

    private static string WithoutTime(string line)
    {
        JsonObject node = JsonNode.Parse(line)!.AsObject();
        node.Remove("ts_ms");
        return node.ToJsonString();
    }
}
