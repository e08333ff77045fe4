using CdcEmbedded.Transforms;

namespace CdcEmbedded.Tests.Transforms;

public sealed class TableFilterTests
{
    [Theory]
    [InlineData("shop.orders", "shop", "orders", true)]
    [InlineData("shop.orders", "shop", "orders2", false)]
    [InlineData("shop.orders", "shop2", "orders", false)]
    [InlineData("shop.orders", "shop", "Orders", false)]
    [InlineData("shop.*", "shop", "anything", true)]
    [InlineData("shop.*", "workshop", "anything", false)]
    [InlineData("*.*", "a", "b", true)]
    [InlineData("*.audit_*", "x", "audit_", true)]
    [InlineData("*.audit_*", "x", "audit_log", true)]
    [InlineData("*.audit_*", "x", "my_audit_log", false)]
    [InlineData("*.*_log", "x", "a_log_log", true)]
    [InlineData("s?op.o*s", "shop", "orders", true)]
    [InlineData("s?op.o*s", "sop", "orders", false)]
    [InlineData("shop_?.t", "shop_1", "t", true)]
    [InlineData("shop_?.t", "shop_12", "t", false)]
    [InlineData("a*b*c.t", "aXbYbZc", "t", true)]
    [InlineData("a*b*c.t", "aXbYbZ", "t", false)]
    [InlineData("`my.db`.t", "my.db", "t", true)]
    [InlineData("`my.db`.`a*b`", "my.db", "a*b", true)]
    [InlineData("`my.db`.`a*b`", "my.db", "axb", false)]
    [InlineData("`a``b`.*", "a`b", "t", true)]
    [InlineData("`with space`.t", "with space", "t", true)]
    public void Matches_follows_the_include_pattern(string pattern, string database, string table, bool expected)
        => Assert.Equal(expected, new TableFilter([pattern], []).Matches(database, table));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("orders")]
    [InlineData("shop.")]
    [InlineData(".orders")]
    [InlineData("a.b.c")]
    [InlineData("shop.or ders")]
    [InlineData("`shop.orders")]
    [InlineData("`shop`orders")]
    [InlineData("``.orders")]
    [InlineData("sh`op`.orders")]
    [InlineData("shop.`orders`x")]
    public void Constructor_refuses_what_is_no_pattern_and_names_it(string pattern)
    {
        var e = Assert.Throws<ArgumentException>(() => new TableFilter([], [pattern]));
        Assert.Equal("exclude", e.ParamName);
        Assert.Contains(pattern.Trim(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_filter_matches_everything() => Assert.True(new TableFilter([], []).Matches("a", "b"));

    [Fact]
    public void Exclude_wins_over_include()
    {
        var filter = new TableFilter(["shop.*", "crm.people"], ["*.audit_*"]);
        Assert.True(filter.Matches("shop", "orders"));
        Assert.True(filter.Matches("crm", "people"));
        Assert.False(filter.Matches("shop", "audit_log"));
        Assert.False(filter.Matches("crm", "orders"));
    }

    [Fact]
    public void Case_matters_unless_the_filter_ignores_it()
    {
        Assert.False(new TableFilter(["Shop.Ord*"], []).Matches("shop", "ORDERS"));
        Assert.True(new TableFilter(["Shop.Ord*"], [], ignoreCase: true).Matches("shop", "ORDERS"));
        Assert.True(new TableFilter(["*.`ÄB`"], [], ignoreCase: true).Matches("shop", "äb"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_filter_of_many_patterns_matches_what_any_of_them_matches(bool ignoreCase)
    {
        string[] names = ["a", "A", "ab", "aB", "ä", "Ä", "ı", "I", "i", "İ", "ß", "SS", "k", "\u212a", "\U00010428", "\U00010400",
            "a.b", "*"];
        string[] wild = ["*", "a*", "?", "*b", "*Ä*"];
        string[] sides = [.. names.Select(static name => $"`{name}`"), .. wild];
        string[] patterns = [.. sides.SelectMany(side => sides.Select(other => $"{side}.{other}"))];
        var random = new Random(7);
        for (int run = 0; run < 50; run++)
        {
            string[] some = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => patterns[random.Next(patterns.Length)])];
            TablePattern[] parsed = [.. some.Select(static pattern => TablePattern.Parse(pattern, "pattern"))];
            var filter = new TableFilter(some, [], ignoreCase);
            (string, string)[] tables = [.. names.SelectMany(database => names.Select(table => (database, table)))];
            foreach ((string database, string table) in tables)
            {
                bool expected = parsed.Any(pattern => pattern.Matches(database, table, ignoreCase));
                Assert.True(expected == filter.Matches(database, table), $"{string.Join(' ', some)} {database} {table}");
            }

            Assert.Equal(some.Where((_, place) => !tables.Any(table => parsed[place].Matches(table.Item1, table.Item2, ignoreCase))),
                filter.FindUnmatched(tables));
        }
    }

    [Fact]
    public void FindUnmatched_returns_patterns_as_they_were_given_whatever_is_excluded()
    {
        var filter = new TableFilter(["shop.orders", "shop.`x`", "s*.o*", "crm.*", "*.?"], ["shop.*"]);
        Assert.Equal(["shop.`x`", "crm.*", "*.?"], filter.FindUnmatched([("shop", "orders"), ("other", "things")]));
        Assert.Throws<ArgumentNullException>(() => filter.FindUnmatched(null!));
    }

    [Fact]
    public void Matches_with_many_wildcards_takes_no_exponential_time()
        => Assert.False(new TableFilter(["*a*a*a*a*a*a*a*a*a*b.t"], []).Matches(new string('a', 5000), "t"));
}
