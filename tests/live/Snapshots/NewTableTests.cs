using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>A table that is added to what a stream includes is read by itself, and no other.</summary>
public sealed class NewTableTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [InlineData("MySQL 9.7 FULL")]
    [InlineData("MySQL 5.6")]
    [InlineData("MariaDB 11.8 FULL")]
    public async Task A_table_that_is_included_later_is_read_and_one_that_was_created_in_the_stream_is_not(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("added");
        foreach (string table in (string[])["orders", "parts", "other", "hidden"])
        {
            await server.ExecuteAsync($"CREATE TABLE {table} (id INT PRIMARY KEY); INSERT INTO {table} VALUES (1), (2), (3), (4), (5)",
                database);
        }

        await server.ExecuteAsync("CREATE TABLE marks (id INT PRIMARY KEY)", database);
        var store = new InMemoryOffsetStore();
        Assert.Equal(["orders 5", "parts 5"], await ReadAsync(server, database, store, "orders", "parts", "made", "shown"));

        // Hidden is renamed to a captured name, with rows that the stream does not have.
        await server.ExecuteAsync("INSERT INTO other VALUES (6); CREATE TABLE made (id INT PRIMARY KEY); INSERT INTO made VALUES (1); "
            + "RENAME TABLE hidden TO shown", database);
        Assert.Equal(["other 6", "shown 5"], await ReadAsync(server, database, store, "orders", "parts", "made", "shown", "other"));
        Assert.Empty(await ReadAsync(server, database, store, "orders", "parts", "made", "shown", "other"));
    }

    /// <summary>Reads until a mark that is inserted after all snapshots are over; returns how many rows were read of which table.</summary>
    private static async Task<List<string>> ReadAsync(MySqlTestServer server, string database, IOffsetStore store, params string[] tables)
    {
        await using var engine = new CdcEngine(new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [.. tables.Append("marks").Select(table => $"{database}.{table}")],
            HeartbeatInterval = TimeSpan.FromMilliseconds(500),
        }), store, new CdcEngineOptions
        {
            Name = "added",
            CommitPolicy = CommitPolicy.Always,
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.Initial, ReadsNewTables = true, ChunkSize = 2 },
        });
        using var patience = new CancellationTokenSource(Capture.Patience);
        var reads = new List<string>();
        int mark = 0;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is ChangeEvent { Operation: ChangeOperation.Read } read)
            {
                reads.Add(read.Table);
            }
            else if (item is ChangeEvent { Table: "marks" } change && change.After["id"].AsInt64() == mark)
            {
                break;
            }

            if (mark == 0 && engine.Snapshots.Current.Count == 0)
            {
                // The mark of the run before may come again.
                mark = Random.Shared.Next(1, int.MaxValue);
                await server.ExecuteAsync($"INSERT INTO marks VALUES ({mark})", database);
            }
        }

        return [.. reads.GroupBy(static table => table).Select(static group => $"{group.Key} {group.Count()}")
            .Order(StringComparer.Ordinal)];
    }
}
