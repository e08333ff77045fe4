using CdcEmbedded.MongoDb.Double;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>
/// Holds the double against the official drivers. With <c>CDC_MONGODB_URI</c> set, what a real deployment can play runs against that one.
/// </summary>
public sealed class OfficialClientTests
{
    private const string DeploymentVariable = "CDC_MONGODB_URI";

    [Theory]
    [InlineData("node", "login")]
    [InlineData("node", "crud")]
    [InlineData("node", "watch")]
    [InlineData("node", "resume")]
    [InlineData("node", "idle")]
    [InlineData("node", "invalidate")]
    [InlineData("node", "transactions")]
    [InlineData("node", "images")]
    [InlineData("node", "expanded")]
    [InlineData("node", "pipeline")]
    [InlineData("node", "split")]
    [InlineData("python", "login")]
    [InlineData("python", "crud")]
    [InlineData("python", "watch")]
    [InlineData("python", "resume")]
    [InlineData("python", "invalidate")]
    [InlineData("python", "transactions")]
    [InlineData("python", "pre_images")]
    [InlineData("python", "split")]
    public async Task Official_client_sees_what_it_expects(string client, string scenario)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        if (Environment.GetEnvironmentVariable(DeploymentVariable) is { Length: > 0 } named)
        {
            await official.CheckAsync(scenario, named);
            return;
        }

        await using MongoDouble deployment = MongoDouble.Start();
        await official.CheckAsync(scenario, deployment.ConnectionString);
    }

    [Theory]
    [InlineData("node", "survives")]
    [InlineData("node", "errors")]
    [InlineData("python", "survives")]
    [InlineData("python", "errors")]
    public async Task Official_client_meets_faults_as_a_server_makes_them(string client, string scenario)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        await using MongoDouble deployment = MongoDouble.Start();
        await official.CheckAsync(scenario, deployment.ConnectionString);
    }

    [Theory]
    [InlineData("node", DoubleTopology.Standalone, 1, "standalone")]
    [InlineData("node", DoubleTopology.ReplicaSet, 3, "stepdown")]
    [InlineData("node", DoubleTopology.ReplicaSet, 3, "watch")]
    [InlineData("node", DoubleTopology.Sharded, 2, "sharded")]
    [InlineData("node", DoubleTopology.Sharded, 2, "watch")]
    [InlineData("node", DoubleTopology.LoadBalanced, 2, "watch")]
    [InlineData("node", DoubleTopology.LoadBalanced, 2, "resume")]
    [InlineData("python", DoubleTopology.Standalone, 1, "standalone")]
    [InlineData("python", DoubleTopology.ReplicaSet, 3, "stepdown")]
    [InlineData("python", DoubleTopology.Sharded, 2, "sharded")]
    public async Task Official_client_finds_its_way_in_each_topology(string client, DoubleTopology topology, int nodes, string scenario)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Topology = topology, Nodes = nodes });
        await official.CheckAsync(scenario, deployment.ConnectionString);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Official_client_talks_compressed(string client)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        await using MongoDouble deployment = MongoDouble.Start();
        await official.CheckAsync("compressed", deployment.ConnectionString + "&compressors=zlib");
        Assert.Contains(deployment.Commands.Named("insert"), command => command.Compressed);
    }
}
