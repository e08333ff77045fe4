using CdcEmbedded.MongoDb.Deployment;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>The receive buffer of the source's own client: batches are large, and the driver's default is not.</summary>
public sealed class ReceiveBufferTests
{
    [Fact]
    public async Task The_receive_buffer_holds_a_batch_rather_than_64_KiB_of_it()
        => Assert.Equal(1 << 20, await BufferOfAsync(configure: null));

    [Fact]
    public async Task A_receive_buffer_that_the_application_has_chosen_is_kept()
        => Assert.Equal(200_000, await BufferOfAsync(builder => builder.ConfigureTcp(tcp => tcp.With(receiveBufferSize: 200_000))));

    private static async Task<int> BufferOfAsync(Action<ClusterBuilder>? configure)
    {
        var settings = MongoClientSettings.FromConnectionString("mongodb://127.0.0.1:1/?directConnection=true");
        settings.ClusterConfigurator = configure;
        await using var client = DriverClient.Create(settings, NullLoggerFactory.Instance, TimeProvider.System);
        var size = 0;
        var builder = new ClusterBuilder();
        client.Client.Settings.ClusterConfigurator(builder);
        builder.ConfigureTcp(tcp =>
        {
            size = tcp.ReceiveBufferSize;
            return tcp;
        });
        return size;
    }
}
