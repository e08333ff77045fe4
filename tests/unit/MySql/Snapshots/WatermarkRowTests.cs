using System.Text.RegularExpressions;
using CdcEmbedded.MySql.Snapshots;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.MySql.Tests.Replication;

namespace CdcEmbedded.MySql.Tests.Snapshots;

public sealed class WatermarkRowTests
{
    [Fact]
    public async Task Every_reader_of_an_engine_writes_the_same_row_so_that_none_is_left_by_a_crash()
    {
        var rows = new HashSet<string>();
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnQuery = sql => Execute(sql, rows) });
        await using var session = await server.OpenSqlAsync();
        for (var crash = 0; crash < 3; crash++)
        {
            await new WatermarkRow("app.signals", "orders").OpenAsync(session, CancellationToken.None);
        }

        await new WatermarkRow("app.signals", "parts").OpenAsync(session, CancellationToken.None);
        Assert.Equal(2, rows.Count);
        Assert.All(rows, static id => Assert.Matches("^window-[0-9a-f]{32}$", id));

        await new WatermarkRow("app.signals", "orders").CloseAsync(session, CancellationToken.None);
        Assert.Single(rows);
        await new WatermarkRow("app.signals", "parts").CloseAsync(session, CancellationToken.None);
        Assert.Empty(rows);
    }

    private static ScriptedReply? Execute(string sql, HashSet<string> rows)
    {
        var id = Regex.Match(sql, "'(window-[^']*)'").Groups[1].Value;
        if (sql.StartsWith("INSERT INTO `app`.`signals`", StringComparison.Ordinal))
        {
            rows.Add(id);
            return ScriptedReply.Ok;
        }

        if (sql.StartsWith("DELETE FROM `app`.`signals`", StringComparison.Ordinal))
        {
            rows.Remove(id);
            return ScriptedReply.Ok;
        }

        return sql == "SELECT @@GLOBAL.binlog_order_commits" ? ScriptedReply.Rows(["@@GLOBAL.binlog_order_commits"], ["1"]) : null;
    }
}
