using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>One workload in a binlog file of its own.</summary>
/// <param name="Name">W1: narrow rows, 100 per transaction. W2: 25 columns, inserts, updates, deletes. W3: single-row transactions. W2
/// compressed: W2 again with binlog_transaction_compression.</param>
/// <param name="File">The binlog file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Rows">Number of row changes in it.</param>
internal sealed record Workload(string Name, string File, long Bytes, int Rows)
{
    public static async Task<List<Workload>> WriteAllAsync(MySqlTestServer server, int scale)
    {
        await server.ExecuteFileAsync(Path.Combine(AppContext.BaseDirectory, "workloads", "schema.sql"));
        return
        [
            await WriteAsync(server, "W1", $"w1({100 * scale})", 10_000 * scale),
            await WriteAsync(server, "W2", $"w2({100 * scale})", 2_000 * scale),
            await WriteCompressedAsync(server, scale),
            await WriteAsync(server, "W3", $"w3({1000 * scale})", 1_000 * scale),
        ];
    }

    public static async Task<Workload> WriteNarrowAsync(MySqlTestServer server, int scale)
    {
        await server.ExecuteFileAsync(Path.Combine(AppContext.BaseDirectory, "workloads", "schema.sql"));
        return await WriteAsync(server, "W1", $"w1({100 * scale})", 10_000 * scale);
    }

    private static async Task<Workload> WriteCompressedAsync(MySqlTestServer server, int scale)
    {
        await server.ExecuteAsync("TRUNCATE TABLE cdcbench.wide");
        return await WriteAsync(server, "W2 compressed", $"w2({100 * scale})", 2_000 * scale,
            "SET SESSION binlog_transaction_compression=ON; ");
    }

    private static async Task<Workload> WriteAsync(MySqlTestServer server, string name, string call, int rows, string settings = "")
    {
        await server.ExecuteAsync("FLUSH BINARY LOGS");
        var file = (await server.QueryAsync("SHOW BINARY LOG STATUS"))[0][0] ?? "";
        await server.ExecuteAsync($"{settings}SET time_zone='+00:00'; CALL {call}", "cdcbench");
        await server.ExecuteAsync("FLUSH BINARY LOGS");
        var logs = await server.QueryAsync("SHOW BINARY LOGS");
        var bytes = long.Parse(logs.First(l => l[0] == file)[1] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        return new Workload(name, file, bytes, rows);
    }
}
