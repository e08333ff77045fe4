using System.Diagnostics;
using System.Globalization;
using System.Text;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Fuzzing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Bounds;

/// <summary>Long and deeply nested input is read in little more than linear time and without depth.</summary>
public sealed class LongInputTests
{
    private const string Uuid = "11111111-2222-3333-4444-555555555555";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("SET STATEMENT a=1 FOR ", "", "INSERT INTO d.t VALUES (1)")]
    [InlineData("/*!80000 ", "*/", "DROP TABLE d.t")]
    [InlineData("/*M!100000 ", "*/", "DROP TABLE d.t")]
    [InlineData("(", ")", "SELECT 1")]
    [InlineData("CREATE TABLE d.x (a INT DEFAULT (", "))", "1")]
    [InlineData("ALTER TABLE d.t ADD (", ")", "a INT")]
    [InlineData("-- x\n", "", "DROP TABLE d.t")]
    [InlineData("/* x */", "", "DROP TABLE d.t")]
    [InlineData("CREATE TABLE d.x LIKE ", "", "d.t")]
    [InlineData("`", "`", "a")]
    [InlineData("CASE WHEN ", " END", "1")]
    public async Task A_statement_of_two_megabytes_that_is_nested_or_repeated_is_read_in_time(string open, string close, string middle)
    {
        var times = 2_200_000 / (open.Length + close.Length);
        var text = string.Concat(Enumerable.Repeat(open, times)) + middle + string.Concat(Enumerable.Repeat(close, times));
        await Task.Run(() => Read(text)).WaitAsync(_patience);
        foreach (var prefix in (string[])["CREATE TABLE d.x (a INT DEFAULT ", "ALTER TABLE d.t ADD COLUMN c INT AS "])
        {
            await Task.Run(() => Read(prefix + text[..200_000])).WaitAsync(_patience);
        }
    }

    [Fact]
    public void A_GTID_set_in_falling_order_is_sorted_once()
    {
        const int count = 100_000;
        var falling = Uuid + ":" + string.Join(':', Enumerable.Range(1, count).Select(i => (2 * (count - i)) + 1));
        var rising = Uuid + ":" + string.Join(':', Enumerable.Range(0, count).Select(i => (2 * i) + 1));
        var mixed = string.Join(',', Enumerable.Range(1, 200_000).Select(i => $"{Uuid}:{i * 7919L % 400_009}-{(i * 7919L % 400_009) + 1}"));

        Assert.Equal(GtidSet.Parse(rising), InTime(() => GtidSet.Parse(falling)));
        var set = InTime(() => GtidSet.Parse(mixed));
        Assert.All(Enumerable.Range(1, 200_000).Where(i => i % 997 == 0),
            i => Assert.True(set.Contains(Gtid.Parse($"{Uuid}:{i * 7919L % 400_009}"))));
    }

    [Fact]
    public void A_GTID_set_of_many_sources_and_tags_in_falling_order_is_sorted_once()
    {
        const int count = 30_000;
        var sources = string.Join(',', Enumerable.Range(1, count).Select(i => $"{new Guid(count - i, 0, 0, new byte[8])}:7-8:3"));
        var tags = Uuid + string.Concat(Enumerable.Range(1, count).Select(i => $":t{count - i:D6}:5:3:1"));

        Assert.Equal((UInt128)(3 * count), InTime(() => GtidSet.Parse(sources)).Count);
        var set = InTime(() => GtidSet.Parse(tags));
        Assert.Equal((UInt128)(3 * count), set.Count);
        Assert.True(InTime(() => set.IsSubsetOf(GtidSet.Parse(set.ToString()))));
    }

    [Fact]
    public void Sets_built_in_any_order_are_the_same()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var intervals = Enumerable.Range(0, 120).Select(_ => (Start: random.NextInt64(1, 400), Length: random.NextInt64(0,
                5))).ToArray();
            var numbers = intervals.SelectMany(i => Enumerable.Range(0, (int)i.Length + 1).Select(n => i.Start
                + n)).Distinct().Order().ToArray();
            var expected = GtidSet.Parse(string.Join(',', numbers.Select(n => $"{Uuid}:{n}")));

            var builder = new GtidSetBuilder();
            foreach (var (start, length) in intervals)
            {
                builder.Add(new Guid(Uuid), null, start, start + length);
            }

            Assert.Equal(expected, builder.ToSet());
            builder.Add(new Guid(Uuid), null, 900, 901);
            Assert.Equal(expected.Union(GtidSet.Parse($"{Uuid}:900-901")), builder.ToSet());
        }
    }

    [Fact]
    public void A_MariaDB_position_of_many_domains_is_sorted_once()
    {
        const int count = 100_000;
        var text = string.Join(',', Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{count - i}-1-{i}")));

        var position = InTime(() => MariaDbGtidPosition.Parse(text));

        Assert.True(InTime(() => position.IsSubsetOf(position)));
        Assert.True(position.Contains(MariaDbGtid.Parse("0-1-100000")));
        Assert.False(position.Contains(MariaDbGtid.Parse("0-1-100001")));
        Assert.Equal("0-1-2,1-2-5", MariaDbGtidPosition.Parse("1-1-9,0-1-2,1-2-5").ToString());
    }

    [Fact]
    public void Maps_of_5000_tables_in_turn_are_read_once_each()
    {
        var selection = new TableSelection(TableFilters.Create([], [], ignoreCase: false), false, NullLogger.Instance);
        var maps = new TableMaps(selection, new SchemaHistory());
        var bodies = Enumerable.Range(1, 5000).Select(MapBody).ToArray();
        var first = Turn();

        Assert.Equal(first, Turn());

        MappedTable?[] Turn() => [.. bodies.Select((body, index) =>
        {
            maps.Read(body, TestEvents.Format);
            var found = maps.Find((ulong)index + 1);
            maps.Trim();
            return found;
        })];
    }

    /// <summary>Of a table with a name of its own: its id in seven digits.</summary>
    internal static byte[] MapBody(int id)
        => [.. BitConverter.GetBytes(id), 0, 0, 1, 0, 2, (byte)'d', (byte)'b', 0, 7, .. Encoding.ASCII.GetBytes($"{id:D7}"), 0, 1, 3, 0, 1];

    private static void Read(string text)
    {
        try
        {
            StatementReading.ReadAnything(text, new StatementContext { Database = "d", Dialect = new SqlDialect(false, true, true,
                110801) });
        }
        catch (CdcException)
        {
            // A statement that cannot be read may be refused.
        }
    }

    private static T InTime<T>(Func<T> read)
    {
        var clock = Stopwatch.StartNew();
        var result = read();
        Assert.True(clock.Elapsed < _patience, $"It took {clock.Elapsed}.");
        return result;
    }
}
