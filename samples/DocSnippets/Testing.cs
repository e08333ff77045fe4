using CdcEmbedded;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

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
}
