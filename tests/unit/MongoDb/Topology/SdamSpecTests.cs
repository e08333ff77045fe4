using System.Text.Json;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Topology;

namespace CdcEmbedded.MongoDb.Tests.Topology;

/// <summary>The files of the specification "Server Discovery and Monitoring": hello replies and errors in, topology out.</summary>
public class SdamSpecTests
{
    [Theory]
    [InlineData("single")]
    [InlineData("rs")]
    [InlineData("sharded")]
    [InlineData("errors")]
    public void Topologies_of_the_specification_come_out_as_it_says(string folder)
        => SpecCase.RunAll(SpecCase.Files($"server-discovery-and-monitoring/tests/{folder}"), Run);

    private static void Run(JsonElement test)
    {
        var topology = TopologyDescription.Start(MongoConnectionSettings.Parse(test.Text("uri") ?? ""));
        foreach (var phase in test.GetProperty("phases").EnumerateArray())
        {
            if (phase.TryGetProperty("responses", out var responses))
            {
                foreach (var response in responses.EnumerateArray())
                {
                    topology = Respond(topology, response[0].GetString() ?? "", response[1]);
                }
            }

            if (phase.TryGetProperty("applicationErrors", out var errors))
            {
                foreach (var error in errors.EnumerateArray())
                {
                    topology = Fail(topology, error);
                }
            }

            Check(phase.GetProperty("outcome"), topology);
        }
    }

    private static TopologyDescription Respond(TopologyDescription topology, string host, JsonElement reply)
    {
        Assert.True(ServerAddress.TryParse(host, out var address));
        return reply.EnumerateObject().Any()
            ? topology.Apply(
                ServerDescription.Of(address, HelloReply.Read(ExtendedJson.ParseDocument(reply.GetRawText())), TimeSpan.Zero, 0))
            : topology.ApplyFailedCheck(address, new CdcConnectionException("cut"));
    }

    private static TopologyDescription Fail(TopologyDescription topology, JsonElement error)
    {
        Assert.True(ServerAddress.TryParse(error.Text("address") ?? "", out var address));
        var generation = error.TryGetProperty("generation", out var given) ? given.GetInt32() : topology.Servers[address].Generation;
        if (error.Text("type") != "command")
        {
            return topology.Apply(
                ApplicationError.Network(
                    address, generation, new CdcConnectionException("cut"), isTimeout: error.Text("type") == "timeout"));
        }

        var reply = ExtendedJson.ParseDocument(error.GetProperty("response").GetRawText());
        return ServerErrorKind.Of(reply) is null
            ? topology
            : topology.Apply(ApplicationError.Command(address, generation, new MongoCommandException("ping", address.ToString(), reply)));
    }

    private static void Check(JsonElement outcome, TopologyDescription topology)
    {
        Assert.Equal(outcome.Text("topologyType"), topology.Type.ToString());
        Assert.Equal(outcome.Text("setName"), topology.SetName);
        if (outcome.TryGetProperty("logicalSessionTimeoutMinutes", out var minutes))
        {
            Assert.Equal(minutes.ValueKind == JsonValueKind.Null ? null : minutes.GetInt32(), topology.LogicalSessionTimeoutMinutes);
        }

        if (outcome.TryGetProperty("maxSetVersion", out var version))
        {
            Assert.Equal(version.ValueKind == JsonValueKind.Null ? null : version.GetInt64(), topology.MaxSetVersion);
        }

        if (outcome.TryGetProperty("maxElectionId", out var election))
        {
            Assert.Equal(election.ValueKind == JsonValueKind.Null ? null : election.Text("$oid"), topology.MaxElectionId?.ToString());
        }

        if (outcome.TryGetProperty("compatible", out var compatible))
        {
            Assert.Equal(compatible.GetBoolean(), topology.Incompatibility is null);
        }

        var servers = outcome.GetProperty("servers");
        Assert.Equal(
            servers.EnumerateObject().Select(server => server.Name).Order(StringComparer.Ordinal),
            topology.Servers.Keys.Select(address => address.ToString()).Order(StringComparer.Ordinal));
        foreach (var server in servers.EnumerateObject())
        {
            Assert.True(ServerAddress.TryParse(server.Name, out var address));
            CheckServer(server.Value, topology.Servers[address]);
        }
    }

    private static void CheckServer(JsonElement expected, ServerDescription server)
    {
        // "PossiblePrimary" is a hint for clients that check one server at a time; all are checked at once here.
        Assert.Equal(expected.Text("type")?.Replace("PossiblePrimary", "Unknown", StringComparison.Ordinal), server.Type.ToString());
        if (expected.TryGetProperty("setName", out var setName))
        {
            Assert.Equal(setName.GetString(), server.Hello?.SetName);
        }

        if (expected.TryGetProperty("setVersion", out var version))
        {
            Assert.Equal(version.ValueKind == JsonValueKind.Null ? null : version.GetInt64(), server.Hello?.SetVersion);
        }

        if (expected.TryGetProperty("electionId", out var election))
        {
            Assert.Equal(election.ValueKind == JsonValueKind.Null ? null : election.Text("$oid"), server.Hello?.ElectionId?.ToString());
        }

        if (expected.TryGetProperty("topologyVersion", out var topologyVersion))
        {
            Assert.Equal(
                topologyVersion.ValueKind == JsonValueKind.Null
                    ? null
                    : TopologyVersion.Read(ExtendedJson.ParseDocument($$"""{"topologyVersion": {{topologyVersion.GetRawText()}}}""")),
                server.TopologyVersion);
        }

        if (expected.TryGetProperty("pool", out var pool))
        {
            Assert.Equal(pool.GetProperty("generation").GetInt32(), server.Generation);
        }
    }
}
