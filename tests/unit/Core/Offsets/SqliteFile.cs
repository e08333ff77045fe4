using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CdcEmbedded.Tests.Offsets;

/// <summary>A SQLite database in a temporary file, which several connections can use at once.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-sqlite-").FullName;

    public SqliteFile() => Source = SqliteFactory.Instance.CreateDataSource($"Data Source={Path.Combine(_folder, "test.db")}");

    public DbDataSource Source { get; }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<List<long>> ReadNumbersAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var result = new List<long>();
        while (await reader.ReadAsync())
        {
            result.Add(reader.GetInt64(0));
        }

        return result;
    }

    public void Dispose()
    {
        Source.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, true);
    }
}
