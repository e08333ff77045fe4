using System.Text.Json.Nodes;
using CdcEmbedded.Formats;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;

namespace CdcEmbedded.Tests.Views;

/// <summary>Views of change sets through the engine and into JSON, as an application with a filter or a mask gets them.</summary>
public sealed class DelegatingChangeSetTests : EngineTest
{
    private const string Lines = "shop.lines";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Dropped_changes_count_neither_in_orders_nor_in_the_end_of_their_transaction(int changesPerEvent)
    {
        await using var engine = new CdcEngine(Even(Script(changesPerEvent)), Store, Options());
        using var json = Json();
        var seen = new List<string>();
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            seen.Add(item switch
            {
                ChangeEvent change => Order(json.ToJson(change)),
                TransactionBegin => "begin",
                TransactionEnd end => $"end {end.EventCount}: {string.Join(", ", end.DataCollections.Select(c => $"{c.Key} {c.Value}"))}",
                _ => item.ToString() ?? "",
            });
        }

        Assert.Equal(
            [
                "begin", "2 1/1", "4 2/1", "6 3/2", "8 4/2", "end 4: shop.orders 2, shop.lines 2",
                "begin", "10 1/1", "end 1: shop.orders 1",
            ],
            seen.Where(s => s.Length > 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task A_restart_after_any_change_of_a_dropping_view_delivers_the_rest_with_the_same_orders(int changesPerEvent)
    {
        using var json = Json();
        var offsets = new List<CdcOffset>();
        var all = new List<string>();
        await using (var engine = new CdcEngine(Even(Script(changesPerEvent)), new InMemoryOffsetStore(), Options()))
        {
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                all.Add(Order(json.ToJson(change)));
                offsets.Add(change.Offset);
            }
        }

        Assert.Equal(5, all.Count);
        for (var i = 0; i < all.Count; i++)
        {
            await using var engine = new CdcEngine(Even(Script(changesPerEvent)), new InMemoryOffsetStore(), new CdcEngineOptions
            {
                Name = "test", StartFrom = StartPosition.At(offsets[i]),
            });
            var rest = new List<string>();
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                rest.Add(Order(json.ToJson(change)));
            }

            Assert.Equal(all.Skip(i + 1), rest);
        }
    }

    [Fact]
    public async Task A_masked_column_shows_its_mask_in_records_in_enumerations_and_in_JSON()
    {
        var source = new ScriptedSource()
            .Key("shop.people", "id")
            .Insert("shop.people", ("id", 1), ("name", "Zoë"), ("city", "Rome"))
            .Update("shop.people", ScriptedRow.Of(("id", 1), ("name", "Zoë"), ("city", "Rome")),
                ScriptedRow.Of(("id", 1), ("name", "Zoe"), ("city", "Oslo")))
            .Delete("shop.people", ("id", 1), ("name", "Zoe"), ("city", "Oslo"))
            .End();
        await using var engine = new CdcEngine(new ViewedSource(source, set => new MaskingView(set, "name")), Store, Options());
        using var json = Json();
        var images = new List<string>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            var record = change.After.HasValue ? change.After : change.Before;
            Assert.Equal(MaskingView.Mask, record["name"].AsString());
            Assert.Equal(MaskingView.Mask, record.Single(field => field.Name == "name").Value.AsString());
            Assert.DoesNotContain("Zo", change.ToString() + record + record.Detach(), StringComparison.Ordinal);

            var text = json.ToJson(change);
            Assert.DoesNotContain("Zo", text, StringComparison.Ordinal);
            var node = JsonNode.Parse(text);
            images.Add($"{node?["key"]?.ToJsonString()} {node?["before"]?.ToJsonString()} {node?["after"]?.ToJsonString()}");
        }

        Assert.Equal(
            [
                """{"id":1}  {"id":1,"name":"***","city":"Rome"}""",
                """{"id":1} {"id":1,"name":"***","city":"Rome"} {"id":1,"name":"***","city":"Oslo"}""",
                """{"id":1} {"id":1,"name":"***","city":"Oslo"} """,
            ],
            images);
    }

    [Fact]
    public async Task A_view_that_drops_everything_still_moves_the_offset()
    {
        await using (var engine = new CdcEngine(new ViewedSource(Script(2), _ => null), Store, Options(commit: CommitPolicy.Always)))
        {
            Assert.Empty(await ReadIdsAsync(engine));
        }

        Assert.Equal(At(2), LastSaved);
    }

    private static EnvelopeJson Json() => new(new EnvelopeJsonOptions { IncludeTransaction = true });

    private static ScriptedSource Script(int changesPerEvent) => new ScriptedSource { ChangesPerEvent = changesPerEvent }
        .Begin()
        .Insert(Table, ("id", 1)).Insert(Table, ("id", 2)).Insert(Table, ("id", 3))
        .Insert(Lines, ("id", 4)).Insert(Lines, ("id", 5)).Insert(Lines, ("id", 6)).Insert(Lines, ("id", 7))
        .Insert(Table, ("id", 8)).Insert(Table, ("id", 9))
        .Commit()
        .Begin().Insert(Table, ("id", 10)).Insert(Table, ("id", 11)).Commit()
        .End();

    private static ViewedSource Even(ScriptedSource source)
        => new(source, set => DroppingView.Of(set, (inner, change) => inner.GetAfter(change)["id"].AsInt64() % 2 == 0));

    private static string Order(string text)
    {
        var node = JsonNode.Parse(text) ?? throw new InvalidDataException(text);
        return $"{node["after"]?["id"]} {node["transaction"]?["total_order"]}/{node["transaction"]?["data_collection_order"]}";
    }
}
