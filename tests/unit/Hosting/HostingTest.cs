using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Offsets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>What the tests of hosted streams share: a script, stores, and a host.</summary>
public abstract class HostingTest : IDisposable
{
    protected const string Table = "shop.orders";

    private protected SqliteFile Database { get; } = new();

    protected InMemoryOffsetStore Store { get; } = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A script of transactions with one row each.</summary>
    protected static ScriptedSource Script(int rows)
    {
        var script = new ScriptedSource();
        for (var id = 1; id <= rows; id++)
        {
            script.Begin().Insert(Table, ("id", id)).Commit();
        }

        return script;
    }

    protected static long Id(ChangeEvent change) => (change.After.HasValue ? change.After : change.Before)["id"].AsInt64();

    /// <summary>Builds a host with one stream, "test", without a lease and with short waits.</summary>
    protected static IHost Host(Action<CdcBuilder> build, params (string Key, string Value)[] configuration)
        => Host("test", build, configuration);

    /// <summary>Builds a host whose stream has a name of its own: what is measured of other tests' streams is not in the way.</summary>
    protected static IHost Host(string name, Action<CdcBuilder> build, params (string Key, string Value)[] configuration)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        build(builder.Services.AddCdc(name).Configure(options =>
        {
            options.LeaseDuration = null;
            options.CommitInterval = TimeSpan.FromMilliseconds(50);
            options.Retry.InitialDelay = TimeSpan.FromMilliseconds(1);
            options.Restart.InitialDelay = TimeSpan.FromMilliseconds(1);
            options.Restart.MaxDelay = TimeSpan.FromMilliseconds(5);
        }));
        builder.Services.AddHealthChecks().AddCdc(name);
        return builder.Build();
    }

    /// <summary>Waits for something that another flow does.</summary>
    protected static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var i = 0; i < 6000; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(5, Cancellation);
        }

        Assert.Fail($"It never came to this: {what}.");
    }

    public void Dispose()
    {
        Database.Dispose();
        GC.SuppressFinalize(this);
    }
}
