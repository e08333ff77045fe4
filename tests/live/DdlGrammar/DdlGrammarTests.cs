using System.Globalization;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>
/// Random statements of the servers' own grammars leave the stream with the tables that the server has. The log names no columns, and most
/// columns have one type, so that nothing but the statements distinguishes them.
/// </summary>
public sealed class DdlGrammarTests(ITestOutputHelper output)
{
    /// <summary>The history of a run that names no other: the same each time, so that a failure is the work of the
    /// change before it.</summary>
    private const int DefaultSeed = 1;

    private const int DefaultStatements = 800;

    [Theory]
    [InlineData(ServerKind.MySql97, "--binlog-row-metadata=MINIMAL")]
    [InlineData(ServerKind.MariaDb118, "--binlog-row-metadata=NO_LOG")]
    [InlineData(ServerKind.MariaDb1011, "--binlog-row-metadata=NO_LOG", "--explicit-defaults-for-timestamp=OFF")]
    [InlineData(ServerKind.MySql56)]
    public async Task The_stream_has_the_servers_tables_after_each_statement_of_a_random_history(ServerKind kind,
        params string[] arguments)
    {
        int seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") == "random" ? Random.Shared.Next()
            : Number("CDC_RANDOM_SEED") ?? DefaultSeed;
        int count = Number("CDC_DDL_STATEMENTS") ?? DefaultStatements;
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(
            kind, new MySqlServerOptions { Owned = true, Arguments = [.. arguments, "--log-bin-trust-function-creators=ON"] }));
        const string database = "g";
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await using var history = new GrammarHistory(new GrammarWords(new Random(seed)), server, kind, database);
        await history.BeginAsync();
        while (history.Steps.Count < count)
        {
            await history.StepAsync();
        }

        var reading = new GrammarReading(history.Steps, database);
        await reading.RunAsync(server, start);

        int failed = history.Steps.Count(step => step.Error is not null);
        string summary = $"CDC_RANDOM_SEED={seed} on {kind}: {count} statements, {failed} of them failed, {history.Crashes} crashed the "
            + $"server, {reading.Unlogged} were done in part without a word in the log, {reading.Rows} rows compared, "
            + $"{reading.Differences.Count} differences";
        output.WriteLine(summary);
        if (Environment.GetEnvironmentVariable("CDC_DDL_LOG") is { Length: > 0 } file)
        {
            await File.WriteAllLinesAsync(file, history.Steps.Select(step => $"{step.Number} {step.Sql}   -- {step.Error}\n"
                + string.Concat(step.Tables.Values.Select(table => $"      {table.FullName}: {table.Description}\n"))));
        }

        Assert.True(reading.Differences.Count == 0, $"{summary}\n{string.Join('\n', reading.Differences.Take(40))}");
        Assert.True(reading.Unlogged <= count / 100, summary);
        Assert.True(failed < count * 3 / 4, summary);
        Assert.True(reading.Rows > count / 6, summary);
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None,
        CultureInfo.InvariantCulture, out int value) ? value : null;
}
