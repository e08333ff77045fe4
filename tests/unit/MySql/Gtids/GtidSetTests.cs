using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Binlog;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Gtids;

public class GtidSetTests
{
    private const string A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string B = "91de2cbf-e4d7-11f1-9eac-02fc00000001";

    private static readonly string?[] Tags = [null, "pt", "zz_tag"];

    private static readonly Arbitrary<Gtid[]> Gtids = (
        from source in Gen.Elements(A, B)
        from tag in Gen.Elements(Tags)
        from number in Gen.Choose(1, 30)
        select new Gtid(Guid.Parse(source), tag, number)).ArrayOf().ToArbitrary();

    [Theory]
    [InlineData("", "")]
    [InlineData($"{A}:1-5", $"{A}:1-5")]
    [InlineData($"{A}:5:1-3:4", $"{A}:1-5")]
    [InlineData($"{A}:1:3-5:7", $"{A}:1:3-5:7")]
    [InlineData($" 3E11FA47-71CA-11E1-9E33-C80AA9429562 : 1 - 5 ,\n{B}:7\n", $"{A}:1-5,{B}:7")]
    [InlineData($"{B}:7,{A}:1", $"{A}:1,{B}:7")]
    [InlineData($"{A}:tag:1-5:1-2:x:7", $"{A}:tag:1-5:x:7")]
    [InlineData($"{A}:1-3:TAG:4", $"{A}:1-3:tag:4")]
    [InlineData($"{A}:b:4:a:5,{A}:1", $"{A}:1:a:5:b:4")]
    [InlineData($"{A}:1-3,,{A}:4", $"{A}:1-4")]
    [InlineData($"{A}:9-3", "")]
    [InlineData("3e11fa4771ca11e19e33c80aa9429562:1", $"{A}:1")]
    [InlineData($"{A}:1-9223372036854775806", $"{A}:1-9223372036854775806")]
    public void Parse_reads_what_servers_and_people_write(string text, string canonical)
        => Assert.Equal(canonical, GtidSet.Parse(text).ToString());

    [Theory]
    [InlineData("x")]
    [InlineData(A)]
    [InlineData($"{A}:")]
    [InlineData($"{A}:0")]
    [InlineData($"{A}:1-")]
    [InlineData($"{A}:-1")]
    [InlineData($"{A}:1-2-3")]
    [InlineData($"{A}:tag")]
    [InlineData($"{A}:1:tag")]
    [InlineData($"{A}:t-g:1")]
    [InlineData($"{A}:abcdefghijklmnopqrstuvwxyz01234567:1")]
    [InlineData($"{A}:9223372036854775807")]
    [InlineData("3e11fa47-71ca-11e1-9e33:1")]
    public void Parse_of_anything_else_throws(string text) => Assert.Throws<FormatException>(() => GtidSet.Parse(text));

    [Fact]
    public void Gtid_parses_and_prints_with_and_without_tag()
    {
        Assert.Equal($"{A}:7", Gtid.Parse($"{A}:7").ToString());
        Assert.Equal($"{A}:tag:7", Gtid.Parse($"{A}:tag:7").ToString());
        Assert.Throws<FormatException>(() => Gtid.Parse($"{A}:1-2"));
        Assert.Throws<ArgumentException>(() => new Gtid(Guid.Empty, "UPPER", 1));
    }

    [Fact]
    public void Algebra_agrees_with_plain_sets() => Prop.ForAll(Gtids, Gtids, (x, y) =>
    {
        var (a, b) = (Make(x), Make(y));
        var (plainA, plainB) = (x.ToHashSet(), y.ToHashSet());
        Assert.Equal(Make(plainA.Union(plainB)), a.Union(b));
        Assert.Equal(Make(plainA.Except(plainB)), a.Subtract(b));
        Assert.Equal(Make(plainA.Intersect(plainB)), a.Intersect(b));
        Assert.Equal(plainA.IsSubsetOf(plainB), a.IsSubsetOf(b));
        Assert.Equal(plainA.SetEquals(plainB), a.Equals(b));
        Assert.Equal((UInt128)plainA.Count, a.Count);
        Assert.Equal(plainA.Count == 0, a.IsEmpty);
        Assert.All(y, g => Assert.Equal(plainA.Contains(g), a.Contains(g)));
        Assert.Equal(a.Union(b).GetHashCode(), b.Union(a).GetHashCode());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Text_and_bytes_round_trip() => Prop.ForAll(Gtids, x =>
    {
        var set = Make(x);
        Assert.Equal(set, GtidSet.Parse(set.ToString()));
        Assert.Equal(set, PreviousGtidsEvent.Read(set.ToBytes()));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Timeline_gives_the_set_at_every_moment()
    {
        var random = new Random(5);
        var set = GtidSet.Parse($"{A}:1-5:9");
        var timeline = new GtidTimeline(set);
        var moments = new List<(ExecutedGtids Executed, GtidSet Set)>();
        for (var i = 0; i < 3 * GtidTimeline.SegmentLength; i++)
        {
            var gtid = random.Next(4) == 0 ? new Gtid(Guid.Parse(B), Tags[random.Next(3)], random.Next(1, 500))
                : new Gtid(Guid.Parse(A), null, 10 + i);
            set = set.Add(gtid);
            moments.Add((timeline.Append(gtid), set));
        }

        foreach (var i in new[] { 0, 1, 1023, 1024, 1025, 2047, 2048, 3071 })
        {
            Assert.Equal(moments[i].Set, moments[i].Executed.ToSet());
        }

        Assert.Equal(GtidOrder.Before, moments[5].Executed.CompareTo(moments[2047].Executed));
        Assert.Equal(GtidOrder.After, moments[2047].Executed.CompareTo(moments[5].Executed));
        Assert.Equal(GtidOrder.Same, moments[2047].Executed.CompareTo(moments[2047].Executed));
    }

    [Fact]
    public async Task Previous_gtids_and_tagged_gtids_of_a_real_server_are_read()
    {
        var read = await RecordedRows.ReadAsync(Recording.Get("mysql-9.7/prevgtids"));
        var previous = read.Events.Where(e => e.Header.Type == EventType.PreviousGtids)
            .Select(e => PreviousGtidsEvent.Read(e.Body)).ToArray();
        Assert.Equal(
            [
                "", $"{B}:1-3:pt:1", $"{B}:1-3:pt:1-2,aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee:77:zz_tag:5",
            ],
            previous.Select(p => p.ToString()));
        Assert.All(read.Events.Where(e => e.Header.Type == EventType.PreviousGtids), e
            => Assert.Equal(e.Body, PreviousGtidsEvent.Read(e.Body).ToBytes()));

        var gtids = read.Events.Where(e => e.Header.Type is EventType.Gtid or EventType.GtidTagged).Select(e
            => GtidEvent.Read(e.Header.Type, e.Body)).ToArray();
        Assert.Equal(
            [
                $"{B}:1", $"{B}:2", $"{B}:3", $"{B}:pt:1", $"{B}:pt:2", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee:77",
                "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee:zz_tag:5", $"{B}:4",
            ],
            gtids.Select(g => g.Gtid.ToString()));
        Assert.All(gtids, g =>
        {
            Assert.Equal(90704u, g.ImmediateServerVersion);
            Assert.Equal(g.ImmediateCommitTimestamp, g.OriginalCommitTimestamp);
            Assert.InRange(g.ImmediateCommitTimestamp, 1_700_000_000_000_000, 4_000_000_000_000_000);
            Assert.InRange(g.TransactionLength, 150ul, 400ul);
        });
        Assert.Equal([1, 2, 3, 4], gtids.Take(4).Select(g => g.SequenceNumber));
    }

    private static GtidSet Make(IEnumerable<Gtid> gtids) => gtids.Aggregate(GtidSet.Empty, (set, gtid) => set.Add(gtid));
}
