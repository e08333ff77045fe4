using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting;

/// <summary>The application's hosted streams, by name: ask the services for it. Thread-safe.</summary>
public sealed class CdcStreams
{
    private readonly IServiceProvider _services;

    /// <summary>Creates it; for the services of the application.</summary>
    /// <param name="services">The application's services.</param>
    public CdcStreams(IServiceProvider services) => _services = services;

    /// <summary>Returns the engine that a stream runs now. After a failure, the stream runs another one.</summary>
    /// <param name="name">The stream's name.</param>
    /// <exception cref="InvalidOperationException">There is no such stream, or it was not started yet.</exception>
    public CdcEngine GetEngine(string name) => Find(name).Engine
        ?? throw new InvalidOperationException($"The stream '{name}' was not started yet.");

    /// <summary>Returns where a stream stores changes that could not be handled.</summary>
    /// <param name="name">The stream's name.</param>
    /// <exception cref="InvalidOperationException">There is no such stream, it was not started yet, or it stores none.</exception>
    public IDeadLetterStore GetDeadLetters(string name) => Find(name).DeadLetters
        ?? throw new InvalidOperationException($"The stream '{name}' has no store of dead letters, or was not started yet.");

    /// <summary>Returns why a stream has given up: what a handler has thrown, or the engine.</summary>
    /// <param name="name">The stream's name.</param>
    /// <returns>Null if it runs, or starts again.</returns>
    /// <exception cref="InvalidOperationException">There is no such stream.</exception>
    public Exception? GetFinalFailure(string name) => Find(name) is { HasGivenUp: true, Failure: { } failure }
        ? (failure as Delivery.HandlerException)?.InnerException ?? failure : null;

    /// <summary>Calls the handlers of a stream's dead letters again, the oldest first, and removes those that are handled.</summary>
    /// <remarks>
    /// <para>Each letter is handled once, in a scope of its own, with <see cref="ChangeContext.IsReplay"/>. With a transaction of the
    /// stream, effects and removal happen together; without one, a letter may be handled again after a crash. A letter whose handler
    /// fails remains, and so do the later ones of its key. With <see cref="RetryOptions.ParkLaterChanges"/>, all changes of a key are
    /// handled in their order; the stream may run meanwhile, also in another process.</para>
    /// <para>The event has everything but the source's own position (<see cref="ChangeEvent.Source"/> is a plain
    /// <see cref="SourceInfo"/>). A change of MongoDB that a transform has changed cannot be replayed.</para>
    /// </remarks>
    /// <param name="name">The stream's name.</param>
    /// <param name="select">Says which letters to replay; null for all. Later letters of a key whose letter is not selected
    /// remain.</param>
    /// <param name="cancellationToken">Ends the replay after the current letter's handler was cancelled.</param>
    /// <exception cref="InvalidOperationException">There is no such stream, it was not started yet, or it stores none.</exception>
    public ValueTask<DeadLetterReplay> ReplayDeadLettersAsync(string name, Func<DeadLetter, bool>? select = null,
        CancellationToken cancellationToken = default)
        => Find(name).ReplayAsync(GetDeadLetters(name), select, cancellationToken);

    private HostedStream Find(string name) => _services.GetKeyedService<HostedStream>(name)
        ?? throw new InvalidOperationException($"There is no stream '{name}': add it with AddCdc.");
}
