// <first-loop>
using CdcEmbedded;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
// </first-loop>

namespace DocSnippets;

/// <summary>The first lines of the README.</summary>
public static class FirstLoop
{
    /// <summary>Prints every change.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        // <first-loop>
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = "Server=db1;User ID=cdc;Password=...",
            Include = ["shop.orders", "shop.customers"],
        });
        await using var engine = new CdcEngine(source, new FileOffsetStore("offsets.json"), new CdcEngineOptions { Name = "search-index" });
        await foreach (var change in engine.ReadAsync(cancellationToken))       // asking for the next change acknowledges this one
            Console.WriteLine($"{change.Operation} {change.Table} {change.Key}: {change.Before} -> {change.After}");
        // </first-loop>
    }
}
