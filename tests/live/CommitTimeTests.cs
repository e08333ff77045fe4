using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>The time of a change is that of its commit where the log has it, and else that of its statement.</summary>
public sealed class CommitTimeTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [InlineData("MySQL 9.7 FULL", true)]
    [InlineData("MySQL 9.7 FULL without GTID", true)]
    [InlineData("MySQL 5.6", false)]
    [InlineData("MariaDB 11.8 FULL", false)]
    public async Task Changes_have_the_commits_microseconds_or_the_statements_second(string combination, bool hasCommitTimes)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combination));
        string database = await server.CreateDatabaseAsync("times");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        const string Now = "SELECT UNIX_TIMESTAMP(NOW(6))";
        IReadOnlyList<string?[]> times = await server.QueryAsync(
            $"{Now}; BEGIN; INSERT INTO t VALUES (1); {Now}; SELECT SLEEP(1.1); INSERT INTO t VALUES (2); {Now}; COMMIT; {Now}", database);
        DateTimeOffset[] clock = [.. times.Where(row => row[0]?.Contains('.', StringComparison.Ordinal) == true).Select(row =>
            DateTimeOffset.UnixEpoch.AddTicks((long)(decimal.Parse(row[0] ?? "", CultureInfo.InvariantCulture) * 10_000_000)))];

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        Assert.Equal((2, 4), (changes.Count, clock.Length));
        if (hasCommitTimes)
        {
            Assert.All(changes, change => Assert.InRange(change.Event.Timestamp, clock[2], clock[3]));
            Assert.All(changes, change => Assert.Equal(change.Event.Timestamp,
                ((MySqlSourceInfo)change.Event.Source).OriginalCommitTimestamp));
        }
        else
        {
            Assert.InRange(changes[0].Event.Timestamp, clock[0].AddSeconds(-1), clock[1]);
            Assert.All(changes, change => Assert.Equal(0, change.Event.Timestamp.Ticks % TimeSpan.TicksPerSecond));
            Assert.All(changes, change => Assert.Null(((MySqlSourceInfo)change.Event.Source).OriginalCommitTimestamp));
        }
    }
}
