// <test-host>
using CdcEmbedded;
using CdcEmbedded.Hosting;
using CdcEmbedded.Testing;
using Microsoft.Extensions.DependencyInjection;
// </test-host>
using System.Data.Common;
using static DocSnippets.HostedStreams;

namespace DocSnippets;

/// <summary>What the pages show of tests of handlers.</summary>
public static class HandlerTests
{
    /// <summary>Tests a handler.</summary>
    public static async Task TestHandlerAsync()
    {
        // <test-host>
        var totals = new Dictionary<long, decimal>();
        await using var host = await CdcTestHost.StartAsync(stream =>
        {
            stream.Services.AddSingleton(totals);
            stream.Handle<OrderRow, TotalHandler>("shop.orders");
        });
        await host.PublishAsync(script => script.Insert("shop.orders", ("id", 1), ("total", 9.90m)));
        if (totals[1] != 9.90m)
            throw new InvalidOperationException("The handler has lost an order.");
        // </test-host>
    }

    /// <summary>Tests a handler that writes in the transaction of the stream.</summary>
    public static async Task TestHandlerWithDatabaseAsync(DbProviderFactory sqlite)
    {
        // <test-host-database>
        await using DbDataSource database = sqlite.CreateDataSource("Data Source=handler-test.db");
        await using (var command = database.CreateCommand("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, total NUMERIC)"))
            await command.ExecuteNonQueryAsync();

        await using var host = await CdcTestHost.StartAsync(stream =>
            stream.StoreOffsetsIn(database).Handle<OrderRow, TypedOrderHandler>("shop.orders"));
        await host.PublishAsync(script => script.Insert("shop.orders", ("id", 1), ("total", 9.90m)));
        // </test-host-database>
    }
}
