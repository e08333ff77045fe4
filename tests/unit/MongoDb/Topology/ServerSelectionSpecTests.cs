using System.Collections.Immutable;
using System.Text.Json;
using CdcEmbedded.MongoDb.Topology;

namespace CdcEmbedded.MongoDb.Tests.Topology;

/// <summary>The files of the specifications "Server Selection" and "Max Staleness".</summary>
/// <remarks>Out of scope: the folders "write", because nothing is written here; a write would select the primary, as they expect of
/// it. The case is asserted with the preference primary where the deployment is a replica set.</remarks>
public class ServerSelectionSpecTests
{
    [Fact]
    public void Servers_of_the_specification_are_selected_as_it_says()
        => SpecCase.RunAll(SpecCase.Files("server-selection/tests/server_selection"), Select);

    [Fact]
    public void Stale_servers_of_the_specification_are_left_out()
        => SpecCase.RunAll(SpecCase.Files("max-staleness/tests"), Select);

    [Fact]
    public void Averages_of_the_specification_come_out_as_it_says()
        => SpecCase.RunAll(SpecCase.Files("server-selection/tests/rtt"), test =>
        {
            var before = test.GetProperty("avg_rtt_ms");
            var average = RoundTripAverage.Next(
                before.ValueKind == JsonValueKind.String ? null : TimeSpan.FromMilliseconds(before.GetDouble()),
                TimeSpan.FromMilliseconds(test.GetProperty("new_rtt_ms").GetDouble()));
            Assert.Equal(test.GetProperty("new_avg_rtt").GetDouble(), average.TotalMilliseconds, 2);
        });

    [Fact]
    public void Near_servers_of_the_specification_are_chosen_as_often_as_it_says()
        => SpecCase.RunAll(SpecCase.Files("server-selection/tests/in_window"), Choose);

    private static void Choose(JsonElement test)
    {
        var topology = TopologyOf(test.GetProperty("topology_description"));
        var load = test.GetProperty("mocked_topology_state").EnumerateArray()
            .ToDictionary(state => AddressOf(state), state => state.GetProperty("operation_count").GetInt32());
        var random = new Random(1);
        var counts = new Dictionary<ServerAddress, int>();
        var iterations = test.GetProperty("iterations").GetInt32();
        for (var i = 0; i < iterations; i++)
        {
            var near = ServerSelector.Near(
                ServerSelector.Suitable(topology, new ReadPreference(ReadPreferenceMode.Nearest), TimeSpan.FromSeconds(10)),
                TimeSpan.FromMilliseconds(15));
            var chosen = ServerSelector.Choose(near, address => load[address], random.Next).Address;
            counts[chosen] = counts.GetValueOrDefault(chosen) + 1;
        }

        var outcome = test.GetProperty("outcome");
        foreach (var expected in outcome.GetProperty("expected_frequencies").EnumerateObject())
        {
            Assert.True(ServerAddress.TryParse(expected.Name, out var address));
            var frequency = (double)counts.GetValueOrDefault(address) / iterations;
            var tolerance = outcome.GetProperty("tolerance").GetDouble();
            Assert.InRange(frequency, expected.Value.GetDouble() - tolerance, expected.Value.GetDouble() + tolerance);
        }
    }

    private static void Select(JsonElement test)
    {
        var heartbeat = TimeSpan.FromMilliseconds(
            test.Has("heartbeatFrequencyMS") ? test.GetProperty("heartbeatFrequencyMS").GetInt32() : 10_000);
        var topology = TopologyOf(test.GetProperty("topology_description"));
        if (test.TryGetProperty("error", out var error) && error.GetBoolean())
        {
            // A deployment too old for staleness is too old for this client as a whole.
            Assert.True(
                topology.Incompatibility is not null
                || Xunit.Record.Exception(() => ServerSelector.Suitable(topology, PreferenceOf(test), heartbeat)) is ArgumentException);
            return;
        }

        var avoid = test.TryGetProperty("deprioritized_servers", out var deprioritized)
            ? deprioritized.EnumerateArray().Select(AddressOf).ToArray()
            : [];
        var suitable = ServerSelector.Suitable(topology, PreferenceOf(test), heartbeat, avoid);
        Assert.Equal(Names(test.GetProperty("suitable_servers")), Names(suitable));
        Assert.Equal(Names(test.GetProperty("in_latency_window")), Names(ServerSelector.Near(suitable, TimeSpan.FromMilliseconds(15))));
    }

    private static IEnumerable<string> Names(JsonElement servers)
        => servers.EnumerateArray().Select(server => server.Text("address") ?? "").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Names(IEnumerable<ServerDescription> servers)
        => servers.Select(server => server.Address.ToString()).Order(StringComparer.Ordinal);

    private static ReadPreference PreferenceOf(JsonElement test)
    {
        if (test.Text("operation") == "write")
        {
            return ReadPreference.Primary;
        }

        var preference = test.GetProperty("read_preference");
        var mode = Enum.Parse<ReadPreferenceMode>(preference.Text("mode") ?? "Primary", ignoreCase: true);
        var tags = preference.TryGetProperty("tag_sets", out var sets)
            ? sets.EnumerateArray().Select(TagsOf).ToList()
            : null;
        var staleness = preference.TryGetProperty("maxStalenessSeconds", out var seconds) && seconds.GetInt32() >= 0
            ? TimeSpan.FromSeconds(seconds.GetInt32())
            : (TimeSpan?)null;
        return new ReadPreference(mode, tags, staleness);
    }

    private static IReadOnlyDictionary<string, string> TagsOf(JsonElement tags)
        => tags.EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString() ?? "");

    private static ServerAddress AddressOf(JsonElement server)
    {
        Assert.True(ServerAddress.TryParse(server.Text("address") ?? "", out var address));
        return address;
    }

    private static TopologyDescription TopologyOf(JsonElement description) => new()
    {
        Type = Enum.Parse<TopologyType>(description.Text("type") ?? ""),
        Servers = description.GetProperty("servers").EnumerateArray().Select(ServerOf).ToImmutableDictionary(server => server.Address),
    };

    private static ServerDescription ServerOf(JsonElement server) => new()
    {
        Address = AddressOf(server),
        Type = Enum.Parse<ServerType>((server.Text("type") ?? "").Replace("PossiblePrimary", "Unknown", StringComparison.Ordinal)),
        RoundTripTime = server.Has("avg_rtt_ms") ? TimeSpan.FromMilliseconds(server.GetProperty("avg_rtt_ms").GetDouble()) : null,
        LastUpdateMilliseconds = server.Has("lastUpdateTime") ? server.GetProperty("lastUpdateTime").GetInt64() : 0,
        LastWriteMilliseconds = server.Has("lastWrite")
            ? long.Parse(server.GetProperty("lastWrite").GetProperty("lastWriteDate").Text("$numberLong") ?? "")
            : null,
        Tags = server.Has("tags") ? TagsOf(server.GetProperty("tags")) : new Dictionary<string, string>(),
        MaxWireVersion = server.Has("maxWireVersion") ? server.GetProperty("maxWireVersion").GetInt32() : WireVersions.Newest,
    };
}
