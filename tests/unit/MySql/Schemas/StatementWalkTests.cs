using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Tests.Transactions;

namespace CdcEmbedded.MySql.Tests.Schemas;

/// <summary>The statements of a stretch of the log, from which columns are recalled.</summary>
public sealed class StatementWalkTests
{
    [Fact]
    public async Task A_statement_is_read_unless_a_byte_of_it_is_damaged()
    {
        Assert.Equal(["ALTER TABLE t ADD b INT"], await ReadAsync(verifies: true, damaged: null));
        var length = Log().Events[^1].Length;
        for (var at = 0; at < length; at++)
        {
            var e = await Assert.ThrowsAsync<CdcProtocolException>(() => ReadAsync(verifies: true, at));
            Assert.True(e.IsTransient);
        }

        Assert.Equal(["ALTER TABLE t ADD b IN\u0055"], await ReadAsync(verifies: false, length - 5));
    }

    private static EventList Log() => EventList.Begun().Gtid(1).Query("ALTER TABLE t ADD b INT");

    private static async Task<List<string>> ReadAsync(bool verifies, int? damaged)
    {
        var log = Log();
        if (damaged is { } at)
        {
            log.Events[^1][at] ^= 1;
        }

        var statements = new List<string>();
        await new StatementWalk(log, hasChecksums: true, verifies, new BinlogCoordinates("binlog.000001", 4))
            .ReadAsync(null, (text, _) => statements.Add(text), CancellationToken.None);
        return statements;
    }
}
