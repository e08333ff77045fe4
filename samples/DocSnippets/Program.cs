// <first-loop>
using CdcEmbedded;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;

using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole());     // findings, outages and reconnects
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

var source = new MySqlSource(new MySqlSourceOptions
{
    ConnectionString = "Server=db1;User ID=cdc;Password=...",           // TLS is verified unless SslMode says otherwise
    Include = ["shop.orders", "shop.customers"],
});
await using var engine = new CdcEngine(source, new FileOffsetStore("offsets.json"),
    new CdcEngineOptions { Name = "search-index", LoggerFactory = logging });
try
{
    await foreach (var change in engine.ReadAsync(stop.Token))      // asking for the next change acknowledges this one
        Console.WriteLine($"{change.Operation} {change.Table} {change.Key}: {change.Before} -> {change.After}");
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("Stopped; the next start resumes here.");
}
// </first-loop>
