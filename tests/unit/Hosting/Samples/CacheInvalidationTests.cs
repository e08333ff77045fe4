using CacheInvalidation;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting.Tests.Samples;

/// <summary>The handler of the sample, with a real cache.</summary>
public sealed class CacheInvalidationTests
{
    private const string Table = "shop.orders";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_cached_of_a_row_is_read_again_after_the_row_has_changed()
    {
        var reads = 0;
        var source = new ScriptedSource();
        await using var host = await CdcTestHost.StartAsync(stream =>
        {
            stream.Services.AddHybridCache();
            stream.Handle<CacheInvalidator>(Table);
        }, source, Cancellation);
        var cache = host.Services.GetRequiredService<HybridCache>();

        Assert.Equal((1, 1, 2), (await ReadAsync(1), await ReadAsync(1), await ReadAsync(2)));
        await host.PublishAsync(script => script.Update(Table, Row(1, 5), Row(1, 6)), Cancellation);
        Assert.Equal((3, 2), (await ReadAsync(1), await ReadAsync(2)));

        await host.PublishAsync(script => script.Update(Table, Row(1, 6), Row(7, 6)).Delete(Table, ("id", 2), ("total", 1)), Cancellation);
        Assert.Equal((4, 5), (await ReadAsync(1), await ReadAsync(2)));

        await host.PublishAsync(script => script.Insert("shop.others", ("id", 1)), Cancellation);
        Assert.Equal(4, await ReadAsync(1));
        await host.PublishAsync(script => script.Truncate(Table), Cancellation);
        Assert.Equal(6, await ReadAsync(1));

        ValueTask<int> ReadAsync(int id) => cache.GetOrCreateAsync($"orders:{id}", _ => new ValueTask<int>(++reads), tags: ["orders"],
            cancellationToken: Cancellation);
    }

    private static ScriptedRow Row(int id, int total) => ScriptedRow.Of(("id", id), ("total", total));
}
