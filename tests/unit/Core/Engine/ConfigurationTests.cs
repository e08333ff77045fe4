using System.Text;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Configuration;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Options that are bound from a configuration file, as <c>appsettings.json</c> is.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void Bound_policies_do_not_change_the_defaults_of_the_process()
    {
        var options = Bind("""{"Name":"a","CommitPolicy":{"Changes":7,"Interval":"00:00:09"},"Reconnect":{"InitialDelay":"00:00:03"}}""");

        Assert.Equal((7, TimeSpan.FromSeconds(9)), (options.CommitPolicy.Changes, options.CommitPolicy.Interval));
        Assert.Equal(TimeSpan.FromSeconds(3), options.Reconnect.InitialDelay);
        Assert.Equal((10_000, TimeSpan.FromSeconds(1)), (CommitPolicy.Default.Changes, CommitPolicy.Default.Interval));
        Assert.Equal(TimeSpan.FromSeconds(1), ReconnectPolicy.Default.InitialDelay);
        var others = new CdcEngineOptions { Name = "b" };
        Assert.Equal((10_000, TimeSpan.FromSeconds(1)), (others.CommitPolicy.Changes, others.Reconnect.InitialDelay));
    }

    [Theory]
    [InlineData("CommitPolicy", "Never")]
    [InlineData("CommitPolicy", "never")]
    [InlineData("CommitPolicy", "Always")]
    [InlineData("CommitPolicy", "EachTransaction")]
    [InlineData("CommitPolicy", "Default")]
    [InlineData("Reconnect", "None")]
    [InlineData("Reconnect", "Default")]
    [InlineData("StartFrom", "Earliest")]
    [InlineData("StartFrom", "latest")]
    public void A_policy_can_be_named(string option, string name)
    {
        var options = Bind($$"""{"Name":"a","{{option}}":"{{name}}"}""");

        _ = option switch
        {
            "CommitPolicy" => Same(options.CommitPolicy, name switch
            {
                "Always" => CommitPolicy.Always,
                "EachTransaction" => CommitPolicy.EachTransaction,
                "Default" => CommitPolicy.Default,
                _ => CommitPolicy.Never,
            }),
            "Reconnect" => Same(options.Reconnect, name == "None" ? ReconnectPolicy.None : ReconnectPolicy.Default),
            _ => Same(options.StartFrom, name == "Earliest" ? StartPosition.Earliest : StartPosition.Latest),
        };
    }

    [Theory]
    [InlineData("""{"Name":"a","CommitPolicy":"Sometimes"}""", "EachTransaction, Never")]
    [InlineData("""{"Name":"a","Reconnect":"Never"}""", "Default, None")]
    [InlineData("""{"Name":"a","StartFrom":"yesterday"}""", "Earliest, Latest")]
    [InlineData("""{"Name":"a","OnOffsetLost":"Hope"}""", "Hope")]
    [InlineData("""{"Name":"a","CommitPolicy":{"Changes":"many"}}""", "many")]
    public void A_value_that_does_not_exist_is_an_error(string json, string expected)
    {
        var e = Assert.Throws<InvalidOperationException>(() => Bind(json));

        Assert.Contains(expected, e + "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Name":"a","CommitPolicy":{"Changes":0}}""")]
    [InlineData("""{"Name":"a","Acknowledgement":7}""")]
    [InlineData("""{"MaxBatchSize":5}""")]
    public void A_value_out_of_range_is_refused_when_the_engine_is_created(string json)
        => Assert.Throws<ArgumentException>(() => new CdcEngine(new ScriptedSource(), new InMemoryOffsetStore(), Bind(json)));

    private static CdcEngineOptions Bind(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
        return configuration.Get<CdcEngineOptions>(binder => binder.ErrorOnUnknownConfiguration = true)!;
    }

    private static bool Same<T>(T? actual, T expected)
    {
        Assert.Equivalent(expected, actual);
        if (actual is CommitPolicy policy && expected is CommitPolicy other)
        {
            Assert.Equal(other.IsNever, policy.IsNever);
        }

        if (actual is StartPosition start)
        {
            Assert.True(ReferenceEquals(expected, start));
        }

        return true;
    }
}
