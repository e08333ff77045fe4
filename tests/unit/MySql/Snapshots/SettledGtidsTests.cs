using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Snapshots;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.Testing;

namespace CdcEmbedded.MySql.Tests.Snapshots;

/// <summary>The end of a window where rows are logged in part: transactions in their commit count, those that are rolled back do
/// not.</summary>
public sealed class SettledGtidsTests
{
    private const string A = "aaaaaaaa-0000-0000-0000-000000000001";

    private readonly VirtualTime _time = new();

    [Theory]
    [InlineData("1-5", "1-5", "")]
    [InlineData("1-6", "1-5", ":6#7", "1-6", "")]
    [InlineData("1-7", "1-5", ":6#7", "1-5", ":6#7", "1-7", ":8#9")]
    [InlineData("1-5", "1-5", ":6#7", "1-5", "")]
    [InlineData("1-5:7", "1-5", ":6#7:7#8", "1-5", ":6#7", "1-5:7", ":8#9")]
    public async Task An_owned_GTID_is_waited_for_until_it_is_executed_or_owned_no_longer(string settled, params string[] looks)
    {
        var look = 0;
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql switch
            {
                "SELECT @@GLOBAL.gtid_owned" => ScriptedReply.Rows(["o"], [looks[look + 1].Length == 0 ? "" : A + looks[look + 1]]),
                "SELECT @@GLOBAL.gtid_executed" => ScriptedReply.Rows(["e"], [$"{A}:{looks[(look += 2) - 2]}"]),
                _ => null,
            },
        });
        await using var session = await server.OpenSqlAsync();

        var read = SettledGtids.ReadAsync(session, "db1", TimeProvider.System, CancellationToken.None);

        Assert.Equal(GtidSet.Parse($"{A}:{settled}"), await read);
        Assert.Equal(looks.Length, look);
    }

    [Fact]
    public async Task A_GTID_that_is_owned_for_ever_ends_the_window_after_a_time_and_says_which()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql switch
            {
                "SELECT @@GLOBAL.gtid_owned" => ScriptedReply.Rows(["o"], [$"{A}:6#7"]),
                "SELECT @@GLOBAL.gtid_executed" => ScriptedReply.Rows(["e"], [$"{A}:1-5"]),
                _ => null,
            },
        });
        await using var session = await server.OpenSqlAsync();

        var read = SettledGtids.ReadAsync(session, "db1", _time, CancellationToken.None).AsTask();
        while (!read.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        var e = await Assert.ThrowsAsync<CdcServerException>(() => read);
        Assert.True(e.IsTransient);
        Assert.Contains($"{A}:6", e.Message, StringComparison.Ordinal);
    }
}
