using System.Buffers;
using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MongoDb.Tests.Transforms;

/// <summary>Transforms over documents: paths, arrays, keys, and everything that could still show a hidden value.</summary>
public sealed class DocumentTransformTests
{
    private const string Document =
        """{"_id":{"$oid":"65f0000000000000000000aa"},"name":"Ann Secret","n":{"$numberLong":"7"},"address":{"street":"Secret Way","city":"Ulm"},"lines":[{"sku":"a","price":"Secret"},{"sku":"b"}]}""";

    [Fact]
    public async Task Fields_inside_documents_and_arrays_are_hidden_and_the_rest_keeps_its_form()
    {
        var change = (await ReadAsync([Insert(Document)], Transform.Mask("shop.orders.address.street"), Transform.Mask("*.*.name"),
            Transform.ExcludeColumns("shop.orders.lines.price")))[0];

        Assert.Equal(("***", "Ulm"), (change.After["address"].AsRecord()["street"].AsString(), change.After["address"].AsRecord()["city"].AsString()));
        Assert.Equal(["sku"], change.After["lines"].AsValues()[0].AsRecord().Select(f => f.Name));
        Assert.Contains("\"after\":" + """
            {"_id":{"$oid":"65f0000000000000000000aa"},"name":"***","n":7,"address":{"street":"***","city":"Ulm"},"lines":[{"sku":"a"},{"sku":"b"}]}
            """.Trim(), Json(change), StringComparison.Ordinal);
        AssertHidden(change);
    }

    [Fact]
    public async Task A_hidden_field_is_not_in_the_description_of_an_update_either()
    {
        var changes = await ReadAsync([Insert(Document), """
            {"update":"orders","updates":[{"q":{"name":"Ann Secret"},"u":{"$set":{"name":"Bob Secret","address.street":"Secret Alley"}}}]}
            """], Transform.Mask("*.*.name"), Transform.Mask("*.*.address.street"), Transform.Mask("*.*.lines.price"));
        Assert.Equal(["name", "address"], changes[1].ChangedColumns);
        AssertHidden(changes[1]);
    }

    [Fact]
    public async Task A_hashed_id_is_the_same_in_document_and_key_and_not_in_the_id_of_the_event()
    {
        var change = (await ReadAsync([Insert("""{"_id":"Secret","a":1}""")], Transform.Hash("shop.orders._id", "a secret salt")))[0];
        Assert.Equal(change.Key["_id"].AsString(), change.After["_id"].AsString());
        Assert.Equal(64, change.EventId.Length);
        AssertHidden(change);
    }

    [Fact]
    public async Task Only_included_fields_and_the_id_are_left()
    {
        var change = (await ReadAsync([Insert(Document)], Transform.IncludeColumns("shop.orders.address.city")))[0];
        Assert.Equal(["_id", "address"], change.After.Select(f => f.Name));
        Assert.Equal(["city"], change.After["address"].AsRecord().Select(f => f.Name));
    }

    [Fact]
    public async Task Fields_are_renamed_and_found_by_the_new_name()
    {
        var change = (await ReadAsync([Insert(Document)], Transform.RenameColumns("shop.orders.na*", "full_na*")))[0];
        Assert.Equal("Ann Secret", change.After["full_name"].AsString());
        Assert.True(change.After["name"].IsAbsent);
    }

    [Fact]
    public async Task The_id_is_neither_masked_nor_dropped()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => _ = (await ReadAsync([Insert(Document)], Transform.Mask("shop.orders._id")))[0].Key["_id"]);
        Assert.Contains("'_id', the key of shop.orders", error.Message, StringComparison.Ordinal);
    }

    private static void AssertHidden(ChangeEvent change)
        => Assert.All([Json(change), change.ToString(), change.After.ToString(), change.EventId,
                ((MongoSourceInfo)change.Source).Event.ToString()],
            text => Assert.DoesNotContain("Secret", text, StringComparison.Ordinal));

    private static string Insert(string document) => $$"""{"insert":"orders","documents":[{{document}}]}""";

    private static async Task<List<ChangeEvent>> ReadAsync(string[] commands, params Transform[] rules)
    {
        await using var deployment = MongoDouble.Start(new MongoDoubleOptions());
        foreach (var command in commands)
        {
            await deployment.RunAsync("shop", DocJson.Parse(command));
        }

        var source = new MongoSource(new MongoSourceOptions { ConnectionString = deployment.ConnectionString, Include = ["shop.*"] });
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "test",
            StartFrom = StartPosition.Earliest,
            StopWhenCaughtUp = true,
            Transforms = rules,
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var changes = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(patience.Token))
        {
            changes.Add(change);
        }

        return changes;
    }

    private static string Json(ChangeEvent change)
    {
        using var json = new EnvelopeJson();
        var output = new ArrayBufferWriter<byte>();
        json.Write(output, change);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
