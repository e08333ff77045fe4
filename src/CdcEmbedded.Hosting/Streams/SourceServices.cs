using CdcEmbedded.Sources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting.Streams;

/// <summary>The application's services and configuration, for the source of one stream.</summary>
internal sealed class SourceServices(IServiceProvider services, string stream) : ISourceServices
{
    public IServiceProvider Services => services;

    public string GetConnectionString(string name)
        => services.GetService<IConfiguration>()?.GetConnectionString(name) is { Length: > 0 } text ? text
            : throw new InvalidOperationException($"The stream '{stream}' needs the connection string '{name}', which the configuration "
                + $"does not have: set ConnectionStrings:{name}.");
}
