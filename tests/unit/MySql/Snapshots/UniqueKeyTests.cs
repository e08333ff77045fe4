using CdcEmbedded.MySql.Snapshots;

namespace CdcEmbedded.MySql.Tests.Snapshots;

public sealed class UniqueKeyTests
{
    private static readonly UniqueKey _primary = new("PRIMARY", ["a", "b"]);
    private static readonly UniqueKey _short = new("short", ["c"]);
    private static readonly UniqueKey _logged = new("taken", ["d", "e"]);

    [Fact]
    public void The_primary_key_is_the_best()
        => Assert.Equal(_primary, UniqueKey.Best([_short, _logged, _primary], ["a", "b"]));

    [Fact]
    public void Without_a_primary_key_the_key_that_the_log_uses_in_its_place_is_the_best_and_is_not_called_primary()
    {
        Assert.Equal(_logged, UniqueKey.Best([_short, _logged], ["e", "d"]));
        Assert.False(_logged.IsPrimary);
    }

    [Fact]
    public void Otherwise_the_shortest_key_is_the_best()
    {
        Assert.Equal(_short, UniqueKey.Best([_logged, _short], []));
        Assert.Null(UniqueKey.Best([], []));
    }
}
