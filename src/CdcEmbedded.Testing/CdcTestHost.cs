using System.Runtime.ExceptionServices;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Testing;

/// <summary>Runs a hosted stream with the application's handlers over a script, without a server: dependency injection, typed rows,
/// retries, dead letters and order by key are the real ones.</summary>
/// <remarks>
/// <para>Time is virtual: the waits between attempts take none. There is no lease, offsets and dead letters are in memory, and a stream
/// whose handler fails for good does not start again: <see cref="PublishAsync"/> throws what the handler has thrown. The function that
/// adds the handlers can change all of this: <c>stream.StoreOffsetsIn(database)</c> gives handlers the transaction and the connection
/// of a database (<see cref="ChangeContext.Connection"/>).</para>
/// <para>One flow publishes; everything else may be read from any thread.</para>
/// </remarks>
public sealed class CdcTestHost : IAsyncDisposable
{
    /// <summary>The stream's name.</summary>
    public const string StreamName = "test";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private readonly Action<CdcBuilder> _configure;
    private readonly InMemoryDeadLetterStore _letters = new();
    private IHost _host;

    private CdcTestHost(Action<CdcBuilder> configure, ScriptedSource source)
    {
        _configure = configure;
        Source = source;
        _host = Build();
    }

    /// <summary>The script. What is added to it is delivered; <see cref="PublishAsync"/> also waits for it.</summary>
    public ScriptedSource Source { get; }

    /// <summary>The store of offsets, which can be made to fail, unless the stream stores them elsewhere.</summary>
    public FaultyOffsetStore Offsets { get; } = new();

    /// <summary>The clock of the stream and of all services that ask for a <see cref="TimeProvider"/>. It moves by itself while
    /// <see cref="PublishAsync"/> waits.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>The services of the running host.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The streams, for engines, dead letters and replays.</summary>
    public CdcStreams Streams => Services.GetRequiredService<CdcStreams>();

    /// <summary>The dead letters, the oldest first, unless the stream stores them elsewhere.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters => _letters.Letters;

    /// <summary>How long <see cref="PublishAsync"/> waits, in real time.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Starts a host with one stream.</summary>
    /// <param name="configure">Adds the handlers, options, and with <see cref="CdcBuilder.Services"/> what handlers need.</param>
    /// <param name="source">The script; null for an empty one.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The stream's options are wrong.</exception>
    public static async Task<CdcTestHost> StartAsync(Action<CdcBuilder> configure, ScriptedSource? source = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var host = new CdcTestHost(configure, source ?? new ScriptedSource());
        try
        {
            await host._host.StartAsync(cancellationToken).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds steps to the script, and waits until everything is handled.</summary>
    /// <param name="write">Adds the steps.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It took longer than <see cref="Patience"/>.</exception>
    public Task PublishAsync(Action<ScriptedSource> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        write(Source);
        return UntilHandledAsync(cancellationToken);
    }

    /// <summary>Waits until everything in the script is handled.</summary>
    /// <remarks>If the stream has given up, this throws why: what a handler has thrown, or the engine.</remarks>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It took longer than <see cref="Patience"/>.</exception>
    public async Task UntilHandledAsync(CancellationToken cancellationToken = default)
    {
        var target = Source.GetEnd().ToOffset();
        var begun = TimeProvider.System.GetTimestamp();
        while (!await IsHandledAsync(target, cancellationToken).ConfigureAwait(false))
        {
            if (Streams.GetFinalFailure(StreamName) is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"After {Patience.TotalSeconds:0} s, not everything in the script is handled: a handler or "
                    + "a step of the script waits.");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            Time.Advance(Time.NextTimer ?? TimeSpan.Zero);
        }
    }

    /// <summary>Stops the host as a deployment does, and starts another one that resumes at the stored offset. Services that the host
    /// has created are new.</summary>
    /// <param name="cancellationToken">Ends the stop and the start.</param>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        _host = Build();
        await _host.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var over = new CancellationTokenSource(Patience, TimeProvider.System);
        await StopAsync(over.Token).ConfigureAwait(false);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _host.StopAsync(cancellationToken).ConfigureAwait(false);
        switch (_host)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync().ConfigureAwait(false);
                break;
            default:
                _host.Dispose();
                break;
        }
    }

    private async ValueTask<bool> IsHandledAsync(CdcOffset target, CancellationToken cancellationToken)
    {
        try
        {
            return await Streams.GetEngine(StreamName).WaitUntilProcessedAsync(target, TimeSpan.Zero, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            // The stream starts, or starts again.
            return false;
        }
    }

    private IHost Build()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(Time);
        _configure(builder.Services.AddCdc(StreamName).From(_ => Source).StoreOffsetsIn(_ => Offsets).StoreDeadLettersIn(_ => _letters)
            .Configure(options =>
            {
                options.LeaseDuration = null;
                options.Restart.MaxRestarts = 0;
                options.Restart.StopHost = false;
            }));
        return builder.Build();
    }
}
