using CdcEmbedded;
using CdcEmbedded.Hosting;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DocSnippets;

/// <summary>What the pages show of the fakes.</summary>
public static class Testing
{
    /// <summary>An application's handler of changes.</summary>
    public interface IHandler
    {
        /// <summary>Applies one change.</summary>
        void Apply(ChangeEvent change);
    }

    /// <summary>Plays a script through the engine.</summary>
    public static async Task PlayAsync(IHandler handler, CancellationToken cancellationToken)
    {
        // <scripted-source>
        var source = new ScriptedSource()
            .Insert("shop.orders", ("id", 1), ("total", 9.90m))
            .Begin()
                .Update("shop.orders", ScriptedRow.Of(("id", 1), ("total", 9.90m)), ScriptedRow.Of(("id", 1), ("total", 12.50m)))
                .Disconnect()                      // the engine reconnects; the loop does not see it
                .Delete("shop.orders", ("id", 1), ("total", 12.50m))
            .Commit()
            .End();

        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions { Name = "test" });
        await foreach (var change in engine.ReadAsync(cancellationToken))
            handler.Apply(change);
        // </scripted-source>
    }

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

    /// <summary>Makes one event.</summary>
    public static void Build(IHandler handler)
    {
        // <one-event>
        var change = ChangeEventBuilder.Insert("shop.orders", ("id", 1), ("total", 9.90m)).Build();
        handler.Apply(change);
        // </one-event>
    }

    /// <summary>Checks an offset store.</summary>
    public static async Task VerifyAsync(string connectionString, Func<string, IOffsetStore> open, CancellationToken cancellationToken)
    {
        // <conformance>
        await OffsetStoreConformance.VerifyAsync(() => open(connectionString), cancellationToken);
        // </conformance>
    }

    /// <summary>The total of each order.</summary>
    public sealed class TotalHandler(Dictionary<long, decimal> totals) : IChangeHandler<OrderRow>
    {
        /// <inheritdoc/>
        public ValueTask HandleAsync(Change<OrderRow> change, ChangeContext context, CancellationToken cancellationToken)
        {
            if (change.After is { } order)
            {
                totals[order.Id] = order.Total;
            }

            return default;
        }
    }
}
