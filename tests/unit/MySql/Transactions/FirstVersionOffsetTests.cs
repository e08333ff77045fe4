using System.Text.Json.Nodes;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.MySql.Tests.Server;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Streams that resume at the offsets that the last revision of version 1 stored while it read the same log: files and positions,
/// GTID sets, GTID positions of MariaDB, inside transactions, beside prepared XA transactions, and with the note of table schemas that it
/// stored.</summary>
public sealed class FirstVersionOffsetTests
{
    [Theory]
    [InlineData("mysql-5.6/tx")]
    [InlineData("mysql-5.6/ddl")]
    [InlineData("mysql-9.7/misc97")]
    [InlineData("mysql-9.7/rotate")]
    [InlineData("mariadb-11.8/tx")]
    public async Task A_stream_resumes_at_every_offset_of_version_1_with_exactly_the_rest(string name)
    {
        var recording = Recording.Get(name);
        var lines = Lines(recording);
        var changes = (await FeedRun.ReadAsync(FeedRun.Files(recording))).Changes.Select(static change => change.EventId);
        Assert.Equal(changes, lines.Where(static line => line[0] != "-").Select(static line => line[0]));

        var note = "";
        for (var i = 0; i < lines.Count; i++)
        {
            var store = new InMemoryOffsetStore();
            note = lines[i] is [_, _, { Length: > 0 } text] ? text : note;
            if (note.Length > 0)
            {
                await store.SaveAsync("test/schema", note, 0, TestContext.Current.CancellationToken);
            }

            var rest = await FeedRun.ReadAsync(FeedRun.Files(recording), CdcOffset.Parse(lines[i][1]), store: store);

            Assert.Null(rest.Failure);
            Assert.Equal(lines.Skip(i + 1).Where(static line => line[0] != "-").Select(static line => line[0]),
                rest.Changes.Select(static change => change.EventId));
            Assert.All(rest.Changes, static change => Assert.StartsWith("{\"v\":2,", change.Offset.ToString(), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("mysql-9.7/misc97")]
    [InlineData("mysql-9.7/rotate")]
    public async Task A_server_that_an_offset_of_version_1_names_resumes_at_it(string name)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedPrimary(Recording.Get(name)).Options());
        var all = await FeedRun.ReadAsync(WireFeedTests.Source(server));
        var changes = all.Changes;

        for (var i = 0; i < changes.Count; i++)
        {
            var first = FirstVersion(changes[i].Offset);
            Assert.Contains("\"server\":", first.ToString(), StringComparison.Ordinal);

            var rest = await FeedRun.ReadAsync(WireFeedTests.Source(server), first);

            Assert.Null(rest.Failure);
            Assert.Equal(changes.Skip(i + 1).Select(FeedRun.Describe), rest.Changes.Select(FeedRun.Describe));
        }
    }

    [Fact]
    public void The_recorded_offsets_have_every_shape_that_version_1_wrote()
    {
        string[] names = ["mysql-5.6/tx", "mysql-5.6/ddl", "mysql-9.7/misc97", "mariadb-11.8/tx"];
        var lines = names.SelectMany(static name => Lines(Recording.Get(name))).ToList();
        string[] shapes =
        [
            "\"gtid\":\"91de", "\"gtid_pos\":\"0-", "\"mysql\",\"file\":", "\"tx\":{\"rows\":", "\"tx\":{\"gtid\":", "\"ddl\":",
            "\"xa\":[{", "\"before\":",
        ];

        Assert.All(shapes, shape => Assert.Contains(lines, line => line[1].Contains(shape, StringComparison.Ordinal)));
        Assert.Contains(lines, static line => line is [_, _, { Length: > 0 }]);
    }

    /// <summary>The same offset as version 1 wrote it: the position beside the source, and its server's identity.</summary>
    private static CdcOffset FirstVersion(CdcOffset offset)
    {
        var second = JsonNode.Parse(offset.ToString()) ?? throw new InvalidDataException("It is not an object.");
        var first = new JsonObject { ["v"] = 1, ["source"] = "mysql", ["server"] = second["source"]?["id"]?.DeepClone() };
        foreach (var (property, value) in second["position"]?.AsObject() ?? [])
        {
            first[property] = value?.DeepClone();
        }

        return CdcOffset.Parse(first.ToJsonString());
    }

    private static List<string[]> Lines(Recording recording)
        => [.. recording.Lines("offsets-v1.tsv").Select(static line => line.Split('\t'))];
}
