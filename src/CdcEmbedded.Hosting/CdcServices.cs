using CdcEmbedded.Hosting.Streams;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CdcEmbedded.Hosting;

/// <summary>Adds streams and their health checks to an application.</summary>
public static class CdcServices
{
    private static readonly string[] _severalValues =
    [
        nameof(CdcStreamOptions.Snapshot), $"{nameof(CdcStreamOptions.Snapshot)}:{nameof(StreamSnapshotOptions.Tables)}",
        nameof(CdcStreamOptions.Retry), nameof(CdcStreamOptions.Restart),
    ];

    /// <summary>Adds a stream that runs as long as the host. An application may have any number, with different names.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The stream's name: the key of its offset, and the section <c>Cdc:name</c> of its options.</param>
    /// <returns>What sets source, store and handlers.</returns>
    /// <exception cref="ArgumentException">There is a stream of this name already.</exception>
    public static CdcBuilder AddCdc(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        foreach (var service in services)
        {
            if (service.ServiceType == typeof(CdcDefinition) && service.ImplementationInstance is CdcDefinition other && other.Name == name)
            {
                throw new ArgumentException($"A stream '{name}' was added already: streams need different names.", nameof(name));
            }
        }

        var definition = new CdcDefinition(name);
        services.AddSingleton(definition);
        services.AddKeyedSingleton(name, (provider, _) => new HostedStream(definition, provider));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<HostedStream>(name));
        services.TryAddSingleton<CdcStreams>();
        services.AddOptions<CdcStreamOptions>(name).Configure<IServiceProvider>((options, provider) =>
        {
            if (provider.GetService<IConfiguration>()?.GetSection($"Cdc:{name}") is { } section)
            {
                section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
                ThrowIfIgnored(section, section.Path.Length + 1);
            }
        }).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CdcStreamOptions>>(new CdcStreamOptionsValidation(definition));
        return new CdcBuilder(services, definition);
    }

    /// <summary>Adds a health check of a stream: connected, caught up, lagging or stalled, and why.</summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The stream's name.</param>
    /// <param name="failureStatus">What a stream that has failed, is disconnected or is stalled reports; by default
    /// <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags of the check.</param>
    public static IHealthChecksBuilder AddCdc(this IHealthChecksBuilder builder, string name, HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.Add(new HealthCheckRegistration($"cdc:{name}",
            provider => new StreamHealthCheck(provider.GetRequiredKeyedService<HostedStream>(name)), failureStatus, tags));
    }

    // The binder skips one value where several are expected, and several where one is, without a word.
    private static void ThrowIfIgnored(IConfigurationSection section, int root)
    {
        foreach (var child in section.GetChildren())
        {
            var takesSeveral = _severalValues.Contains(child.Path[root..], StringComparer.OrdinalIgnoreCase);
            if (takesSeveral && child.Value is { Length: > 0 } value)
            {
                throw new InvalidOperationException($"{child.Path} is '{value}'; it takes a section or a list, not one value.");
            }

            if (!takesSeveral && child.GetChildren().Any())
            {
                throw new InvalidOperationException($"{child.Path} is a section or a list; it takes one value.");
            }

            ThrowIfIgnored(child, root);
        }
    }
}
