using System.Text.Json;
using CdcEmbedded.MongoDb.Topology;

namespace CdcEmbedded.MongoDb.Tests.Topology;

/// <summary>The files of the specification "Initial DNS Seedlist Discovery", with its test zone in a DNS double.</summary>
/// <remarks>Out of scope: "hosts", the members that a replica set behind the seeds tells afterwards; discovery has files of its
/// own.</remarks>
public class SrvSeedlistSpecTests
{
    [Fact]
    public void Seedlists_of_the_specification_are_resolved_as_it_says()
        => SpecCase.RunAll(SpecCase.Files("initial-dns-seedlist-discovery/tests"), Run);

    private static void Run(JsonElement test)
    {
        var dns = new TestZone();
        var uri = test.Text("uri") ?? "";
        if (test.TryGetProperty("error", out var error) && error.GetBoolean())
        {
            var refusal = Xunit.Record.Exception(() => { Resolve(uri, dns); });
            Assert.True(refusal is ArgumentException or CdcConnectionException, $"{refusal}");
            return;
        }

        var settings = Resolve(uri, dns);
        if (test.Has("seeds"))
        {
            Assert.Equal(
                test.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetString()).Order(StringComparer.Ordinal),
                settings.Hosts.Select(host => host.ToString()).Order(StringComparer.Ordinal));
        }

        if (test.Has("numSeeds"))
        {
            Assert.Equal(test.GetProperty("numSeeds").GetInt32(), settings.Hosts.Count);
        }

        if (test.Has("options"))
        {
            var options = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(test.GetProperty("options")) ?? [];

            // Without a user an authSource makes no credential, so that nothing of it is left to look at.
            options.Remove("authSource");
            ConnectionStringSpecTests.CheckOptions(JsonSerializer.SerializeToElement(options), settings);
        }

        if (test.Has("parsed_options"))
        {
            var parsed = test.GetProperty("parsed_options");
            Assert.Equal(parsed.Text("user"), settings.Uri.Username);
            Assert.Equal(parsed.Text("password"), settings.Uri.Password);
            Assert.Equal(parsed.Text("db") ?? parsed.Text("auth_database"), settings.Database);
        }
    }

    private static MongoConnectionSettings Resolve(string uri, IDnsResolver dns)
        => SrvSeedlist.ResolveAsync(MongoConnectionSettings.Parse(uri), dns, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
