using System.Data.Common;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Snapshots;
using CdcEmbedded.Verification;
using Microsoft.Data.Sqlite;

namespace CdcEmbedded.Tests.Verification;

/// <summary>A copy in a table of SQLite.</summary>
public sealed class DbTableCopyTests : SnapshotEngineTest
{
    [Fact]
    public async Task A_table_of_SQLite_with_a_composite_key_and_other_names_is_compared_page_by_page()
    {
        var source = new ScriptedSource().Key("shop.lines", "order", "line");
        source.Table("shop.lines", [.. Enumerable.Range(0, 900).Select(static i => Line(i / 3, $"L{i % 3}", i * 1.5m))]);
        await using var database = new SqliteDatabase();
        await database.ExecuteAsync("CREATE TABLE \"li nes\" (\"o\" INTEGER, line TEXT, price TEXT, own TEXT, PRIMARY KEY (line, \"o\"))");
        await database.ExecuteAsync("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 899) "
            + "INSERT INTO \"li nes\" SELECT i / 3, 'L' || (i % 3), "
            + "CASE WHEN i % 2 = 0 THEN (i * 3 / 2) || '.00' ELSE (i * 3 / 2) || '.5' END, 'x' FROM n");
        await database.ExecuteAsync("DELETE FROM \"li nes\" WHERE \"o\" = 7 AND line = 'L1'");
        await database.ExecuteAsync("UPDATE \"li nes\" SET price = '1' WHERE \"o\" = 200 AND line = 'L2'");
        await database.ExecuteAsync("INSERT INTO \"li nes\" VALUES (7, 'l1', '33', '')");
        var copy = new DbTableCopy(database, "li nes", ["order", "line"], new Dictionary<string, string> { ["order"] = "o" });
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never, chunkSize: 350));
        var (loop, _, stop) = Run(engine);
        var result = await engine.Snapshots.VerifyAsync("shop.lines", copy, null, Timeout);
        Assert.Equal(["Different order=200, line=L2: price", "MissingInCopy order=7, line=L1", "OnlyInCopy order=7, line=l1"],
            VerificationTests.Lines(result));
        Assert.Equal(900, result.ComparedRows);
        await stop.CancelAsync();
        await loop;
    }

    private static ScriptedRow Line(int order, string line, decimal price)
        => ScriptedRow.Of(("order", order), ("line", line), ("price", price));

    private sealed class SqliteDatabase : DbDataSource
    {
        private readonly SqliteConnection _keeper;

        public SqliteDatabase()
        {
            ConnectionString = $"Data Source=verify{Guid.NewGuid():N};Mode=Memory;Cache=Shared";
            _keeper = new SqliteConnection(ConnectionString);
            _keeper.Open();
        }

        public override string ConnectionString { get; }

        public async Task ExecuteAsync(string sql)
        {
            await using var command = _keeper.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }

        protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

        protected override void Dispose(bool disposing)
        {
            _keeper.Dispose();
            base.Dispose(disposing);
        }

        protected override async ValueTask DisposeAsyncCore()
        {
            await _keeper.DisposeAsync();
            await base.DisposeAsyncCore();
        }
    }
}
