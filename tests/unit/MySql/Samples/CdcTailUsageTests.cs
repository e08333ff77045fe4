namespace CdcEmbedded.MySql.Tests.Samples;

public sealed class CdcTailUsageTests
{
    [Theory]
    [InlineData("Unrecognized command or argument '--bogus'", "--bogus")]
    [InlineData("Unrecognized command or argument 'stray'", "stray")]
    [InlineData("--limit is a number", "--limit", "0")]
    [InlineData("--limit is a number", "--limit", "many")]
    [InlineData("--limit needs a value", "--limit", "--stats")]
    [InlineData("Option '--limit' expects a single argument but 2 were provided", "--limit", "1", "--limit", "2")]
    [InlineData("--format is pretty, json, debezium or cloudevents", "--format", "xml")]
    [InlineData("--where is a column, a comparison", "--where", "orders")]
    [InlineData("--where is a column, a comparison", "--where", "orders.total=1")]
    [InlineData("--where is a column, a comparison", "--where", "Server=db1;Password=secret-word")]
    [InlineData("database.table.column", "--columns", "orders")]
    [InlineData("database.table.column", "--mask", "orders.total")]
    [InlineData("--snapshot is initial, initial-only", "--snapshot", "full")]
    [InlineData("--snapshot-table needs --snapshot", "--snapshot-table", "a.*")]
    [InlineData("--snapshot and --signal-file need --mysql or --mongodb", "--snapshot", "initial")]
    [InlineData("--snapshot and --signal-file need --mysql or --mongodb", "--signal-file", "signals.jsonl")]
    [InlineData("files and recordings have no tables", "--snapshot", "initial", "--mysql-binlog", "binlog.000001")]
    [InlineData("--from is earliest, latest", "--from", "yesterday")]
    [InlineData("--from latest needs", "--from", "latest")]
    [InlineData("Unrecognized command or argument 'yes'", "--stats=yes")]
    [InlineData("missing for option: '--mysql-binlog'", "--mysql-binlog")]
    [InlineData("--mysql-binlog needs a value", "--mysql-binlog", "binlog.000001", "-x")]
    [InlineData("Unrecognized command or argument '@options.txt'", "@options.txt")]
    [InlineData("Unrecognized command or argument 'b.*'", "--include", "a.*", "b.*")]
    [InlineData("--mysql needs a value", "--mysql", "--mysql-binlog")]
    [InlineData("not a connection string", "--limit", "Server=db1;Password=secret-word")]
    [InlineData("not a connection string", "--format", "mongodb://cdc:secret-word@db1/")]
    [InlineData("exclude each other", "--mysql", "Server=db1", "--mysql-binlog", "binlog.000001")]
    [InlineData("exclude each other", "--mysql", "Server=db1", "--mongodb", "mongodb://db1/")]
    [InlineData("exclude each other", "--mongodb", "mongodb://db1/", "--mysql-binlog", "binlog.000001")]
    [InlineData("A connection string belongs to no option", "mongodb://cdc:secret-word@db1/")]
    [InlineData("A connection string belongs to no option", "Server=db1;Password=secret-word")]
    [InlineData("missing for option: '--mongodb'", "--mongodb")]
    [InlineData("must begin with mongodb:// or mongodb+srv://", "--mongodb", "http://cdc:secret-word@db1/")]
    [InlineData("Host 'db1:99999'", "--mongodb", "mongodb://cdc:secret-word@db1:99999/")]
    [InlineData("percent-encoded", "--mongodb", "mongodb://cdc:secret-word@x@db1/")]
    [InlineData("belongs to none of the recordings", "--from", """{"v":1,"source":"other"}""")]
    [InlineData("", "--mysql", "Server=db1;Colour=blue")]
    [InlineData("", "--mysql", "Server=db1;Password=secret-word;Port=none")]
    [InlineData("", "--include", "")]
    public async Task Wrong_usage_is_reported_on_standard_error_and_ends_with_2(string message, params string[] arguments)
    {
        var result = await CdcTailProcess.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
        Assert.Contains("--help", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_printed_on_standard_output_and_ends_with_0()
    {
        var result = await CdcTailProcess.RunAsync("--help");
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        foreach (var option in new[] { "--mysql", "--mongodb", "--mysql-binlog", "--include", "--exclude", "--from", "--offsets",
            "--format", "--limit",
            "--until-caught-up", "--transactions", "--stats", "--name", "--verbose", "--version", "--snapshot", "--snapshot-table",
            "--signal-file", "--schema-changes", "--columns", "--mask", "--where" })
        {
            Assert.Contains(option + " ", result.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task A_binlog_file_without_events_is_reported_on_standard_error(int length)
    {
        var path = Path.Combine(Path.GetTempPath(), $"cdctail-{Guid.NewGuid():N}.000001");
        try
        {
            await File.WriteAllBytesAsync(path, new byte[] { 0xfe, 0x62, 0x69, 0x6e }.AsMemory(0, length),
                TestContext.Current.CancellationToken);
            var result = await CdcTailProcess.RunAsync("--mysql-binlog", path);
            Assert.Equal((0, ""), (result.ExitCode, result.Output));
            Assert.Contains($"'{path}' has no events: it is {length} bytes long.", result.Errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Version_is_printed_on_standard_output_and_ends_with_0()
    {
        var result = await CdcTailProcess.RunAsync("--version");
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Matches(@"^CdcTail \d+\.\d+\.\d+\S*\n$", result.Output);
    }

    [Fact]
    public async Task A_file_that_is_not_there_ends_with_1_and_one_paragraph()
    {
        var result = await CdcTailProcess.RunAsync("--mysql-binlog", "/nowhere/binlog.000001");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("/nowhere/binlog.000001", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_binlog_ends_with_1_and_with_a_stack_trace_when_verbose()
    {
        var noBinlog = typeof(CdcTailUsageTests).Assembly.Location;
        var result = await CdcTailProcess.RunAsync("--mysql-binlog", noBinlog, "--verbose");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Standard output cannot be written", "--format json --limit 1 >/dev/full")]
    [InlineData(1, "Standard output cannot be written", "--format json --limit 1 >&-")]
    [InlineData(2, "", "--bogus 2>/dev/full")]
    [InlineData(2, "", "--bogus 2>&-")]
    public async Task Output_that_cannot_be_written_ends_with_a_code_and_without_a_stack_trace(int code, string message, string words)
    {
        var result = await CdcTailProcess.RunInShellAsync(words);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }
}
