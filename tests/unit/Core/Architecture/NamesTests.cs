using CdcEmbedded.MongoDb;
using CdcEmbedded.MySql;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>What a user has learned of one source is true of the others.</summary>
public sealed class NamesTests
{
    // Each driver has its own words for where a deployment is: they are not options of the same meaning.
    private static readonly object[] _options =
    [
        new MySqlSourceOptions(), new MongoSourceOptions(), new MySqlBinlogFileSourceOptions { Files = [] },
    ];

    [Fact]
    public void An_option_of_several_sources_has_one_type_and_one_default()
    {
        var byName = _options.SelectMany(o => o.GetType().GetProperties().Select(p => (p.Name, Property: p, Value: p.GetValue(o))))
            .Where(o => o.Name != nameof(MySqlBinlogFileSourceOptions.Files)).GroupBy(o => o.Name).Where(g => g.Count() > 1).ToList();

        Assert.Contains(byName, g => g.Key == nameof(MySqlSourceOptions.HeartbeatInterval));
        Assert.All(byName, group =>
        {
            Assert.Single(group.Select(o => o.Property.PropertyType).Distinct());
            Assert.True(group.Select(o => o.Value is System.Collections.IEnumerable and not string ? "[]" : o.Value).Distinct()
                .Count() == 1,
                group.Key);
        });
    }

    [Fact]
    public void What_two_sources_do_in_the_same_words_is_one_option()
    {
        // Two policies with the same values are one type, and an option of it has one name.
        var policies = ShippedAssemblies.All.SelectMany(a => a.GetExportedTypes()).Where(t => t.IsEnum)
            .Where(t => t.Name.EndsWith("Policy", StringComparison.Ordinal)).ToList();
        Assert.Equal(policies.Count, policies.Select(policy => string.Join(',', Enum.GetNames(policy))).Distinct().Count());

        var ofMongo = typeof(MongoSourceOptions).GetProperties().Where(p => p.PropertyType == typeof(FaultPolicy)).Select(p => p.Name);
        Assert.Empty(ofMongo.Except(typeof(MySqlSourceOptions).GetProperties().Select(p => p.Name)));
    }

    [Theory]
    [InlineData(typeof(MySqlSourceOptions))]
    [InlineData(typeof(MySqlBinlogFileSourceOptions))]
    [InlineData(typeof(MongoSourceOptions))]
    public void A_value_that_an_enumeration_does_not_have_is_refused_by_the_name_of_its_option(Type type)
    {
        var options = type.GetProperties().Where(p => p.PropertyType.IsEnum).ToList();
        Assert.NotEmpty(options);
        Assert.All(options, option =>
        {
            var refusal = Assert.ThrowsAny<ArgumentException>(() => Create(type, option));
            Assert.StartsWith(option.Name + " is 99", refusal.Message, StringComparison.Ordinal);
        });
    }

    private static object Create(Type type, System.Reflection.PropertyInfo option)
    {
        object options = type == typeof(MySqlSourceOptions) ? new MySqlSourceOptions { ConnectionString = "Server=db" }
            : type == typeof(MongoSourceOptions) ? new MongoSourceOptions { ConnectionString = "mongodb://db" }
            : new MySqlBinlogFileSourceOptions { Files = ["binlog.000001"] };
        option.SetValue(options, Enum.ToObject(option.PropertyType, 99));
        return options switch
        {
            MySqlSourceOptions mySql => new MySqlSource(mySql),
            MongoSourceOptions mongo => new MongoSource(mongo),
            _ => new MySqlBinlogFileSource((MySqlBinlogFileSourceOptions)options),
        };
    }

    [Fact]
    public void A_policy_is_called_On_and_its_first_value_the_default_is_Fail()
    {
        var policies = ShippedAssemblies.All.SelectMany(a => a.GetExportedTypes()).Where(t => t.IsEnum)
            .Where(t => t.Name.EndsWith("Policy", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, policies.Count);
        Assert.All(policies, policy => Assert.Equal("Fail", Enum.GetName(policy, 0)));

        var options = ShippedAssemblies.All.SelectMany(a => a.GetExportedTypes()).SelectMany(t => t.GetProperties())
            .Where(p => policies.Contains(p.PropertyType)).ToList();
        Assert.All(options, option => Assert.StartsWith("On", option.Name, StringComparison.Ordinal));
        Assert.Equal(policies.Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name))),
            options.Select(o => o.PropertyType).Distinct().Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name))));
    }
}
