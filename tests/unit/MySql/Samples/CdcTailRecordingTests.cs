using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CdcEmbedded.MySql.Tests.Samples;

/// <summary>The recording of MySQL has 28 changes in 12 transactions: see samples/CdcTail/recording/shop.sql. All are of the database shop,
/// which the recording of MongoDB does not have.</summary>
public sealed class CdcTailRecordingTests(ITestOutputHelper output) : IDisposable
{
    private const int Changes = 28;
    private const int Transactions = 12;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdctail-");

    private string Offsets => Path.Combine(_folder.FullName, "offsets.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Without_arguments_the_recording_is_printed_for_people()
    {
        var result = await CdcTailProcess.RunAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("recording", result.Errors, StringComparison.Ordinal);
        Assert.Contains("shop.customers  CREATE  id=1", result.Output, StringComparison.Ordinal);
        Assert.Contains("status: 'new' → 'paid'", result.Output, StringComparison.Ordinal);
        Assert.Contains("title: '吾輩は猫である'", result.Output, StringComparison.Ordinal);
        Assert.Contains("shop.customers  DELETE  id=2", result.Output, StringComparison.Ordinal);
        Assert.Contains("cinema.films  CREATE  _id='metropolis'", result.Output, StringComparison.Ordinal);
        Assert.Contains("not from a MongoDB server", result.Errors, StringComparison.Ordinal);
        Assert.True(result.Output.IndexOf("cinema.", StringComparison.Ordinal) > result.Output.LastIndexOf("shop.",
            StringComparison.Ordinal));
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public async Task Without_arguments_a_snapshot_is_shown_too()
    {
        var result = await CdcTailProcess.RunAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("--snapshot initial", result.Errors, StringComparison.Ordinal);
        var shown = result.Lines.SkipWhile(static line => !line.Contains("  READ  ", StringComparison.Ordinal))
            .Where(static line => line.Contains("cinema.", StringComparison.Ordinal))
            .Select(static line => line[line.IndexOf("cinema.", StringComparison.Ordinal)..]).ToList();
        Assert.Equal(["cinema.bookings  READ", "cinema.films  READ", "cinema.films  READ"],
            shown.Select(static line => line[..line.IndexOf("  _id", StringComparison.Ordinal)]));
        Assert.Contains("cinema.films  READ  _id='tokyo-story'", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_envelope_a_line_and_nothing_else()
    {
        var result = await CdcTailProcess.RunAsync("--format", "json", "--include", "shop.*");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Changes, result.Lines.Length);
        var halves = 0;
        foreach (var line in result.Lines)
        {
            using var document = JsonDocument.Parse(line);
            var names = document.RootElement.EnumerateObject().Select(p => p.Name).ToList();
            Assert.Equal(["before", "after", "source", "op", "ts_ms", "transaction", "key"], names.Take(7));
            Assert.True(names.Count == 7 || names[7..] is ["related_key"], line);
            halves += names.Count - 7;
            Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("transaction").ValueKind);
            Assert.Equal(
                ["connector", "name", "ts_ms", "snapshot", "db", "table", "server_id", "gtid", "file", "pos", "row", "thread", "query"],
                document.RootElement.GetProperty("source").EnumerateObject().Select(p => p.Name));
        }

        Assert.All(result.Lines.Take(5), line => Assert.Contains("\"op\":\"c\"", line, StringComparison.Ordinal));
        Assert.Equal(2, halves);
    }

    [Fact]
    public async Task Events_are_printed_as_Debezium_and_as_CloudEvents_encode_them()
    {
        var debezium = await CdcTailProcess.RunAsync("--format", "debezium", "--include", "shop.products", "--limit", "1");
        var product = JsonNode.Parse(Assert.Single(debezium.Lines))!["after"]!;
        Assert.Equal(Convert.ToBase64String([0x03, 0xD4]), (string?)product["price"]);
        var cloud = await CdcTailProcess.RunAsync("--format", "cloudevents", "--include", "shop.products", "--limit", "1");
        var one = JsonNode.Parse(Assert.Single(cloud.Lines))!;
        Assert.Equal("1.0", (string?)one["specversion"]);
        Assert.StartsWith("cdc.row", (string?)one["type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_asked_for_columns_and_rows_are_printed_and_masked_ones_are_not()
    {
        var result = await CdcTailProcess.RunAsync("--format", "json", "--include", "shop.products", "--where", "shop.products.price>10.5",
            "--columns", "shop.products.title", "--columns", "shop.products.price", "--mask", "shop.products.title");
        Assert.Equal((0, true), (result.ExitCode, result.Lines.Length > 0));
        foreach (var row in result.Lines.Select(line => JsonNode.Parse(line)!).Select(line => line["after"] ?? line["before"]!))
        {
            Assert.Equal(["sku", "title", "price"], row.AsObject().Select(pair => pair.Key));
            Assert.Equal("***", (string?)row["title"]);
            Assert.True(decimal.Parse((string)row["price"]!, CultureInfo.InvariantCulture) > 10.5m);
        }
    }

    [Fact]
    public async Task A_condition_on_a_column_that_the_table_lacks_ends_with_1_and_names_it()
    {
        var result = await CdcTailProcess.RunAsync("--include", "shop.products", "--where", "shop.products.weight>1");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("weight", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_changes_are_printed_without_the_boundaries_of_transactions()
    {
        var result = await CdcTailProcess.RunAsync("--format", "json", "--include", "shop.*", "--schema-changes");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Changes, result.Lines.Count(line => JsonNode.Parse(line)!["op"] is not null));
        Assert.Contains(result.Lines, line => line.Contains("CREATE TABLE products", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Lines, line => line.Contains("\"status\":\"BEGIN\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("=5", true)]
    [InlineData("=5.0", true)]
    [InlineData("!=5", false)]
    [InlineData("<10", true)]
    [InlineData(">=10", false)]
    [InlineData("=NULL", false)]
    [InlineData("!=NULL", true)]
    public void A_number_is_compared_as_a_number(string comparison, bool holds)
        => Assert.Equal(holds, CdcTail.RowCondition.Parse($"shop.orders.qty{comparison}")
            .Holds(CdcEmbedded.Testing.ChangeEventBuilder.Insert("shop.orders", ("id", 7), ("qty", 5)).Build()));

    [Theory]
    [InlineData("='a>b'", false)]
    [InlineData("=a>b", true)]
    [InlineData("<b", true)]
    [InlineData(">=b", false)]
    public void A_text_is_compared_as_it_is(string comparison, bool holds)
        => Assert.Equal(holds, CdcTail.RowCondition.Parse($"shop.orders.note{comparison}")
            .Holds(CdcEmbedded.Testing.ChangeEventBuilder.Delete("shop.orders", ("id", 7), ("note", "a>b")).Build()));

    [Fact]
    public async Task Json_has_the_values_that_the_script_wrote()
    {
        var result = await CdcTailProcess.RunAsync("--format", "json", "--include", "shop.*");
        var events = result.Lines.Select(line => JsonNode.Parse(line)!).ToArray();
        var after = events[0]["after"]!.AsObject();
        Assert.Equal("BK-0001", (string?)after["sku"]);
        Assert.Equal("9.80", (string?)after["price"]);
        Assert.Equal(12, (int?)after["stock"]);
        Assert.Equal("Franz Kafka", (string?)after["attributes"]!["author"]);
        Assert.Equal("[0.12,-0.5,0.33,1]", after["embedding"]!.ToJsonString());
        Assert.Equal(Convert.ToBase64String([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), (string?)after["thumbnail"]);

        var order = events.First(e => (string?)e["source"]!["table"] == "orders")["after"]!.AsObject();
        Assert.Equal("2026-03-09T12:33:58.123456", (string?)order["placed"]);
        Assert.Equal("17:30:00", (string?)order["deliver_at"]);
        Assert.Equal("new", (string?)order["status"]);
        Assert.Equal(4326, (int?)order["ship_to"]!["srid"]);

        var customer = events.First(e => (string?)e["source"]!["table"] == "customers")["after"]!.AsObject();
        Assert.Equal("books,music", (string?)customer["interests"]);
        Assert.Equal("1987-04-12", (string?)customer["born"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)customer["created"]);
        Assert.Contains(events, e => e["after"] is JsonObject row && row.ContainsKey("birth_date") && row.ContainsKey("phone"));
    }

    [Fact]
    public async Task With_transactions_each_has_a_begin_and_an_end_that_counts_its_changes()
    {
        var result = await CdcTailProcess.RunAsync("--format", "json", "--transactions", "--include", "shop.*");
        Assert.Equal(0, result.ExitCode);
        var (begins, ends, inside, schemaChanges) = (0, 0, 0, 0);
        foreach (var line in result.Lines)
        {
            var item = JsonNode.Parse(line)!;
            switch ((string?)item["status"])
            {
                case "BEGIN":
                    begins++;
                    inside = 0;
                    break;
                case "END":
                    ends++;
                    Assert.Equal(inside, (int?)item["event_count"]);
                    Assert.Equal(inside, item["data_collections"]!.AsArray().Sum(c => (int)c!["event_count"]!));
                    break;
                case null when item["schema_change"] is not null:
                    schemaChanges++;
                    break;
                default:
                    Assert.Equal(++inside, (int?)item["transaction"]!["total_order"]);
                    break;
            }
        }

        Assert.Equal((Transactions, Transactions), (begins, ends));
        Assert.True(schemaChanges > 0);
    }

    [Fact]
    public async Task Runs_with_limits_and_an_offset_file_print_every_change_once()
    {
        var whole = await CdcTailProcess.RunAsync("--format", "json", "--include", "shop.*");
        var pieces = new List<string>();
        foreach (var limit in Limits())
        {
            var result = await CdcTailProcess.RunAsync("--format", "json", "--limit", $"{limit}", "--offsets", Offsets,
                "--include", "shop.*");
            Assert.Equal(0, result.ExitCode);
            Assert.Equal(Math.Min(limit, Changes - pieces.Count), result.Lines.Length);
            pieces.AddRange(result.Lines);
        }

        Assert.Equal(whole.Lines.Select(WithoutWritingTime), pieces.Select(WithoutWritingTime));
    }

    [Fact]
    public async Task What_nobody_read_is_not_acknowledged()
    {
        var unread = await CdcTailProcess.RunUnreadAsync("--format", "json", "--offsets", Offsets, "--include", "shop.*");
        Assert.Equal(0, unread.ExitCode);
        Assert.DoesNotContain("CdcTail:", unread.Errors, StringComparison.Ordinal);
        var second = await CdcTailProcess.RunAsync("--format", "json", "--offsets", Offsets, "--include", "shop.*");
        Assert.Equal(Changes, second.Lines.Length);
        var third = await CdcTailProcess.RunAsync("--format", "json", "--offsets", Offsets, "--include", "shop.*");
        Assert.Empty(third.Lines);
    }

    [Fact]
    public async Task Include_and_exclude_choose_tables_and_the_name_is_in_the_events()
    {
        var result = await CdcTailProcess.RunAsync("--format=json", "--include", "shop.order*", "--exclude", "*.order_lines",
            "--name", "mine");
        Assert.Equal(0, result.ExitCode);
        Assert.NotEmpty(result.Lines);
        Assert.All(result.Lines, line =>
        {
            Assert.Contains("\"table\":\"orders\"", line, StringComparison.Ordinal);
            Assert.Contains("\"name\":\"mine\"", line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Stats_print_a_summary_on_standard_error_and_no_events()
    {
        var result = await CdcTailProcess.RunAsync("--stats");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains($"{Changes} events in ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("events/s", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_offset_file_ends_with_1_and_names_the_file()
    {
        await File.WriteAllTextAsync(Offsets, "{ not an offset");
        var result = await CdcTailProcess.RunAsync("--offsets", Offsets);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(Offsets, result.Errors, StringComparison.Ordinal);
    }

    // Several changes one by one, at a place that each run of the tests draws; with CDC_LONG_TESTS=1 all of them.
    private List<int> Limits()
    {
        if (Environment.GetEnvironmentVariable("CDC_LONG_TESTS") == "1")
        {
            return [.. Enumerable.Repeat(1, Changes + 1)];
        }

        var seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"CDC_RANDOM_SEED={seed}");
        return [1 + new Random(seed).Next(Changes - 6), 1, 1, 1, 5, Changes, 1];
    }

    // The envelope's ts_ms is the time of writing; the source's stays.
    private static string WithoutWritingTime(string line)
    {
        var node = JsonNode.Parse(line)!.AsObject();
        node.Remove("ts_ms");
        return node.ToJsonString();
    }
}
