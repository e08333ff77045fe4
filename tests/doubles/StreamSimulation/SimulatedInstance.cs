using CdcEmbedded.Hosting;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.StreamSimulation;

/// <summary>One process with a hosted stream. All of its calls go through the world, which delays, fails and checks them.</summary>
internal sealed class SimulatedInstance : IOffsetStore
{
    private readonly SimulatedWorld _world;
    private readonly int _number;
    private readonly ServiceProvider _services;
    private readonly IHostedService _stream;

    public SimulatedInstance(SimulatedWorld world, int number)
    {
        _world = world;
        _number = number;
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(world.Time);
        var stream = services.AddCdc("test").From(
            _ => world.HasTables ? new SimulatedReadingRun(world, this) : new SimulatedRun(world, this))
            .StoreOffsetsIn(_ => this).Configure(world.Configure).Reconnect(new ReconnectPolicy { Jitter = 0 })
            .Handle((change, context, token) => world.Calls.HandleAsync(this, change, context.IsReplay, token));
        if (world.Parks)
        {
            stream.StoreDeadLettersIn(_ => new SimulatedLetters(world, this));
        }

        _services = services.BuildServiceProvider();
        _stream = _services.GetRequiredService<IHostedService>();
    }

    public bool IsDead { get; private set; }

    /// <summary>True while it does not reach the store.</summary>
    public bool IsCut { get; set; }

    /// <summary>What its engine has last seen in the store, in changes.</summary>
    public int LastSeen { get; set; }

    /// <summary>The letters that were there when the stream last started.</summary>
    public HashSet<long> LoadedLetters { get; set; } = [];

    /// <summary>The engine that reads now.</summary>
    public SimulatedRun? Run { get; set; }

    public Task StartAsync() => _stream.StartAsync(CancellationToken.None);

    /// <summary>Handles the dead letters again.</summary>
    public async Task<DeadLetterReplay> ReplayAsync()
    {
        SimulatedLetters.IsReplay.Value = true;
        return await _services.GetRequiredService<CdcStreams>().ReplayDeadLettersAsync("test").ConfigureAwait(false);
    }

    public async Task StopAsync(bool isCancelled)
    {
        await _stream.StopAsync(new CancellationToken(isCancelled)).ConfigureAwait(false);
        if (!isCancelled)
        {
            await _services.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The process is killed: nothing that it does counts any more.</summary>
    public async Task KillAsync()
    {
        IsDead = true;
        _world.Gates.FailAll(this);
        await StopAsync(isCancelled: true).ConfigureAwait(false);
    }

    public void ThrowIfDead()
    {
        if (IsDead)
        {
            throw new IOException("The process is gone.");
        }
    }

    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
        => _world.Calls.LoadAsync(this, key, cancellationToken);

    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        => _world.Calls.SaveAsync(this, key, text, expectedVersion, cancellationToken);

    public override string ToString() => $"instance {_number}";
}
