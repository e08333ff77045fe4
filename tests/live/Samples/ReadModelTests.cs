using System.Diagnostics;
using System.Globalization;
using CdcEmbedded.ServerTests.Stores;
using CdcEmbedded.TestServers;
using Npgsql;

namespace CdcEmbedded.ServerTests.Samples;

/// <summary>Two processes of the read model, of which the active one is killed with SIGKILL again and again under load.</summary>
public sealed class ReadModelTests(MySql97Fixture mySql, PostgresFixture postgres, ITestOutputHelper output)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Kills => Environment.GetEnvironmentVariable("CDC_TAKE_OVERS") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture) : 3;

    [Fact]
    public async Task Two_instances_of_which_the_active_one_is_killed_again_and_again_leave_both_tables_equal()
    {
        await using MySqlTestServer server = await mySql.StartOwnAsync();
        string database = await server.CreateDatabaseAsync("shop", Cancellation);
        string target = (await postgres.ServerAsync()).ConnectionString;
        await using NpgsqlDataSource readModel = NpgsqlDataSource.Create(target);
        await ExecuteAsync(readModel, "DROP TABLE IF EXISTS orders, cdc_offsets");
        await server.ExecuteAsync(
            "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40) NOT NULL, total DECIMAL(12,2) NOT NULL)",
            database, Cancellation);
        string rows = string.Join(',', Enumerable.Range(1, 200).Select(id => $"({id}, 'first', {id}.50)"));
        await server.ExecuteAsync($"INSERT INTO orders VALUES {rows}", database, Cancellation);

        using var stop = new CancellationTokenSource();
        Task writing = WriteAsync(server, database, stop.Token);
        List<Process> instances = [Start(server, database, target), Start(server, database, target)];
        try
        {
            for (int kill = 0; kill < Kills; kill++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300 + (kill * 97 % 1500)), Cancellation);
                (int pid, long fence) = await UntilActiveAsync(readModel, 0);
                Process active = instances.Single(instance => instance.Id == pid);
                active.Kill();
                var clock = Stopwatch.StartNew();
                await active.WaitForExitAsync(Cancellation);
                instances.Remove(active);
                (_, long next) = await UntilActiveAsync(readModel, fence);
                output.WriteLine($"take-over {fence} to {next} after {clock.Elapsed.TotalSeconds:0.0} s");
                instances.Add(Start(server, database, target));
            }

            await stop.CancelAsync();
            await writing;
            await UntilEqualAsync(server, database, readModel);
        }
        finally
        {
            await stop.CancelAsync();
            instances.ForEach(instance => instance.Kill());
        }
    }

    private static async Task WriteAsync(MySqlTestServer server, string database, CancellationToken stop)
    {
        var random = new Random(1);
        await using SqlSession session = await server.OpenSessionAsync(database, CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            int id = random.Next(1, 400);
            await session.ExecuteAsync(random.Next(5) == 0 ? $"DELETE FROM orders WHERE id = {id}"
                : $"INSERT INTO orders VALUES ({id}, 'c{random.Next(9)}', {random.Next(100000)}.25) "
                    + "ON DUPLICATE KEY UPDATE customer = VALUES(customer), total = total + 1",
                CancellationToken.None);
        }
    }

    private static Process Start(MySqlTestServer server, string database, string target)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ReadModel.dll"), $"--Table={database}.orders"]);
        start.Environment["ConnectionStrings__shop"] = server.ConnectionString;
        start.Environment["ConnectionStrings__readmodel"] = target;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        return Process.Start(start) ?? throw new InvalidOperationException("The read model did not start.");
    }

    /// <summary>Waits until an instance holds a lease that is newer than the given one.</summary>
    private static async Task<(int Pid, long Fence)> UntilActiveAsync(NpgsqlDataSource readModel, long after)
    {
        while (true)
        {
            try
            {
                await using NpgsqlCommand command = readModel.CreateCommand(
                    "SELECT content::json->'lease'->>'owner', (content::json->'lease'->>'fence')::bigint FROM cdc_offsets "
                    + "WHERE name = 'read-model'");
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
                if (await reader.ReadAsync(Cancellation) && !await reader.IsDBNullAsync(0, Cancellation) && reader.GetInt64(1) > after)
                {
                    return (int.Parse(reader.GetString(0).Split('/')[1], CultureInfo.InvariantCulture), reader.GetInt64(1));
                }
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                // No instance has created it yet.
            }

            await Task.Delay(100, Cancellation);
        }
    }

    private static async Task UntilEqualAsync(MySqlTestServer server, string database, NpgsqlDataSource readModel)
    {
        List<string> expected = [.. (await server.QueryAsync("SELECT id, customer, total FROM orders ORDER BY id", database, Cancellation))
            .Select(row => string.Join('|', row))];
        List<string> seen = [];
        for (int i = 0; i < 600; i++)
        {
            seen.Clear();
            await using NpgsqlCommand command = readModel.CreateCommand(
                "SELECT id::text, customer, total::text FROM orders ORDER BY orders.id");
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation))
            {
                seen.Add($"{reader.GetString(0)}|{reader.GetString(1)}|{reader.GetString(2)}");
            }

            if (seen.SequenceEqual(expected))
            {
                return;
            }

            await Task.Delay(100, Cancellation);
        }

        Assert.Equal(expected, seen);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
