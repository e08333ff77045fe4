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

    private HostedStream Find(string name) => _services.GetKeyedService<HostedStream>(name)
        ?? throw new InvalidOperationException($"There is no stream '{name}': add it with AddCdc.");
}
