using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>The document after an update, made of the one before it and the update's description.</summary>
public sealed class UpdateDescriptionTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"updatedFields":{"a":3,"c":4},"removedFields":["b"]}""", """{"a":3,"c":4}""")]
    [InlineData("""{"a":{"b":{"c":1,"d":2}}}""", """{"updatedFields":{"a.b.c":5},"removedFields":["a.b.d"]}""", """{"a":{"b":{"c":5}}}""")]
    [InlineData("""{"a":[1,2,3,4]}""", """{"updatedFields":{"a.0":9},"truncatedArrays":[{"field":"a","newSize":2}]}""", """{"a":[9,2]}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.2":3}}""", """{"a":[1,null,3]}""")]
    [InlineData("""{"a":{"0":1}}""", """{"updatedFields":{"a.0":2}}""", """{"a":{"0":2}}""")]
    [InlineData("""{}""", """{"updatedFields":{"a.b":1}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":[{"b":[1,2]}]}""", """{"truncatedArrays":[{"field":"a.0.b","newSize":0}]}""", """{"a":[{"b":[]}]}""")]
    [InlineData("""{"a.b":1,"a":{"b":2}}""", """{"updatedFields":{"a.b":5},"disambiguatedPaths":{"a.b":["a.b"]}}""",
        """{"a.b":5,"a":{"b":2}}""")]
    [InlineData("""{"a":{"0":{"b.c":1}}}""", """{"updatedFields":{"a.0.b.c":5},"disambiguatedPaths":{"a.0.b.c":["a","0","b.c"]}}""",
        """{"a":{"0":{"b.c":5}}}""")]
    [InlineData("""{"a":[[1],[2]]}""", """{"updatedFields":{"a.1.0":5},"disambiguatedPaths":{"a.1.0":["a",1,0]}}""", """{"a":[[1],[5]]}""")]
    [InlineData("""{"x.y":1,"z":1}""", """{"removedFields":["x.y"],"disambiguatedPaths":{"x.y":["x.y"]}}""", """{"z":1}""")]
    [InlineData("""{"$a":{"$b":1},"n":1}""", """{"updatedFields":{"$a.$b":2},"removedFields":["n"],"disambiguatedPaths":{}}""",
        """{"$a":{"$b":2}}""")]
    [InlineData("""{"a.b":[{"c.d":[1,2,3]}]}""",
        """
        {"updatedFields":{"a.b.0.e":1},"truncatedArrays":[{"field":"a.b.0.c.d","newSize":1}],
        "disambiguatedPaths":{"a.b.0.c.d":["a.b",0,"c.d"],"a.b.0.e":["a.b",0,"e"]}}
        """,
        """{"a.b":[{"c.d":[1],"e":1}]}""")]
    [InlineData("""{"0":{"0":[{"0":1}]}}""", """{"updatedFields":{"0.0.0.0":2},"disambiguatedPaths":{"0.0.0.0":["0","0",0,"0"]}}""",
        """{"0":{"0":[{"0":2}]}}""")]
    [InlineData("""{"a":[1,2,3]}""", """{"updatedFields":{"a.1":9,"a.2":8},"truncatedArrays":[{"field":"a","newSize":1}]}""",
        """{"a":[1,9,8]}""")]
    [InlineData("""{"a":{"b":1}}""",
        """{"updatedFields":{"a":[{"x":1}]},"removedFields":[],"truncatedArrays":[],"disambiguatedPaths":{}}""",
        """{"a":[{"x":1}]}""")]
    [InlineData("""{"a":1,"a.":2}""", """{"updatedFields":{"a.":3},"disambiguatedPaths":{"a.":["a."]}}""", """{"a":1,"a.":3}""")]
    [InlineData("""{"00":[1],"a":{"01":1}}""", """{"updatedFields":{"a.01":2},"disambiguatedPaths":{"a.01":["a","01"]}}""",
        """{"00":[1],"a":{"01":2}}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"updatedFields":{"b":{"c.d":1}},"removedFields":["a.x","a.y"],"disambiguatedPaths":{}}""",
        """{"a":{},"b":{"c.d":1}}""")]
    public void Apply_makes_the_document_after(string before, string description, string after)
        => Assert.Equal(after, Describe(description).Apply(RawBson.Parse(before).ToRecord()).ToExtendedJson());

    [Theory]
    [InlineData("""{"a.b":1}""", """{"updatedFields":{"a.b":5}}""", """{"a.b":5}""")]
    [InlineData("""{"a.b":1,"a":2}""", """{"updatedFields":{"a.b":5}}""", """{"a.b":5,"a":2}""")]
    [InlineData("""{"a":{"b.c":1,"d":2}}""", """{"removedFields":["a.b.c"],"truncatedArrays":[]}""", """{"a":{"d":2}}""")]
    [InlineData("""{"a.b":{"c":1}}""", """{"updatedFields":{"a.b.c":5}}""", """{"a.b":{"c":5}}""")]
    [InlineData("""{"a.b":{"c":1},"a":{"b":{}}}""", """{"removedFields":["a.b.c"]}""", """{"a.b":{},"a":{"b":{}}}""")]
    [InlineData("""{"a.b":[1,2,3],"a":[1]}""", """{"truncatedArrays":[{"field":"a.b","newSize":1}]}""", """{"a.b":[1],"a":[1]}""")]
    [InlineData("""{"a":[1],"a.x":1}""", """{"updatedFields":{"a.x":5}}""", """{"a":[1],"a.x":5}""")]
    [InlineData("""{"x":1}""", """{"updatedFields":{"a.b":5},"truncatedArrays":[]}""", """{"x":1,"a.b":5}""")]
    [InlineData("""{"a":{"x":1}}""", """{"updatedFields":{"a.b":5},"truncatedArrays":[]}""", """{"a":{"x":1,"b":5}}""")]
    [InlineData("""{"":{"":1}}""", """{"updatedFields":{".":5}}""", """{"":{"":5}}""")]
    public void Apply_reads_dotted_names_by_the_document_if_the_server_does_not_disambiguate_them(
        string before, string description, string after)
        => Assert.Equal(after, Describe(description).Apply(RawBson.Parse(before).ToRecord()).ToExtendedJson());

    [Theory]
    [InlineData("""{"a.b":1,"a":{"b":2}}""", """{"updatedFields":{"a.b":5}}""")]
    [InlineData("""{"a.b":1,"a":{"b":2}}""", """{"removedFields":["a.b"]}""")]
    [InlineData("""{"a.b":[1],"a":{"b":[2]}}""", """{"truncatedArrays":[{"field":"a.b","newSize":0}]}""")]
    [InlineData("""{"a.b":1,"a":{"c":2}}""", """{"updatedFields":{"a.b":5}}""")]
    [InlineData("""{"a.b":{"c":1},"a":{"b":{"c":2}}}""", """{"updatedFields":{"a.b.c":5}}""")]
    [InlineData("""{"a.b":{"c":1},"a":{"b.c":2}}""", """{"updatedFields":{"a.b.c":5}}""")]
    [InlineData("""{"a.0":1,"a":[1]}""", """{"updatedFields":{"a.0":5}}""")]
    public void Apply_refuses_a_path_that_can_be_read_in_several_ways(string before, string description)
        => Assert.Contains("several ways", Assert.Throws<CdcProtocolException>(
            () => Describe(description).Apply(RawBson.Parse(before).ToRecord())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"updatedFields":{"PATH":1}}""")]
    [InlineData("""{"removedFields":["PATH"]}""")]
    [InlineData("""{"truncatedArrays":[{"field":"PATH","newSize":0}]}""")]
    [InlineData("""{"updatedFields":{"PATH":1},"disambiguatedPaths":{}}""")]
    [InlineData("""{"updatedFields":{"x":1},"disambiguatedPaths":{"x":["PARTS"]}}""")]
    public void Apply_refuses_a_path_of_ten_thousand_parts(string description)
    {
        var path = string.Join('.', Enumerable.Repeat("a", 10_000));
        var text = description.Replace("PATH", path, StringComparison.Ordinal)
            .Replace("PARTS", path.Replace(".", "\",\"", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Throws<CdcProtocolException>(() => Describe(text).Apply(RawBson.Parse("""{"a":{"a":1}}""").ToRecord()));
    }

    [Fact]
    public void Apply_takes_time_in_proportion_to_the_fields_that_change()
    {
        const int Count = 60_000;
        var before = new RawBson(new BsonDocument(
            Enumerable.Range(0, Count).Select(i => new BsonElement($"f{i}", i))).ToBson());
        var updated = new BsonDocument(
            Enumerable.Range(0, Count / 2).Select(i => new BsonElement($"f{i}", -i)));
        var removed = new BsonArray(Enumerable.Range(Count / 2, Count / 2).Select(i => $"f{i}"));
        var description = new UpdateDescription(new RawBson(
            new BsonDocument { { "updatedFields", updated }, { "removedFields", removed } }.ToBson()));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(Count / 2, description.Apply(before.ToRecord()).ToBsonDocument().ElementCount);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"updatedFields":{"a.b":5}}""")]
    [InlineData("""{"a":1}""", """{"updatedFields":{"a.b":5},"disambiguatedPaths":{}}""")]
    [InlineData("""{"a":1}""", """{"removedFields":["b"]}""")]
    [InlineData("""{"a":1}""", """{"truncatedArrays":[{"field":"a","newSize":0}]}""")]
    [InlineData("""{"a":[1]}""", """{"truncatedArrays":[{"field":"a","newSize":2}]}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.x":1}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.2000000000":1}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":[]}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":["a",-1]}}""")]
    [InlineData("""{"a":{"0":1}}""", """{"updatedFields":{"a.0":5},"disambiguatedPaths":{"a.0":["a",0]}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":["a","0"]}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":"a"}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.0":1},"disambiguatedPaths":["a"]}""")]
    [InlineData("""{"a":1}""", """{"updatedFields":5}""")]
    [InlineData("""{"a":1}""", """{"updatedFields":["a"]}""")]
    [InlineData("""{"a":1}""", """{"removedFields":"a"}""")]
    [InlineData("""{"a":1}""", """{"removedFields":[5]}""")]
    [InlineData("""{"a":[1]}""", """{"truncatedArrays":{"field":"a","newSize":0}}""")]
    [InlineData("""{"a":[1]}""", """{"truncatedArrays":[5]}""")]
    [InlineData("""{"a":[1]}""", """{"truncatedArrays":[{"field":"a","newSize":-1}]}""")]
    public void Apply_to_a_document_that_it_does_not_fit_says_so(string before, string description)
        => Assert.Throws<CdcProtocolException>(() => Describe(description).Apply(RawBson.Parse(before).ToRecord()));

    [Theory]
    [InlineData("""{"updatedFields":{"a.b.c":1,"d":2},"removedFields":["e.f"],"truncatedArrays":[{"field":"g","newSize":1}]}""", "a,d,e,g")]
    [InlineData("""{"updatedFields":{"a.b.c":1,"":2,".x":3},"disambiguatedPaths":{"a.b.c":["a.b","c"],".x":["",  "x"]}}""", "a.b,,")]
    [InlineData("""{"updatedFields":null,"removedFields":null}""", "")]
    public void The_top_level_fields_that_a_description_names_are_known(string description, string expected)
        => Assert.Equal(expected.TrimEnd(','), string.Join(',', Describe(description).ChangedFields()).TrimEnd(','));

    [Theory]
    [InlineData("""{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":"a"}}""")]
    [InlineData("""{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":[]}}""")]
    [InlineData("""{"removedFields":[null]}""")]
    [InlineData("""{"truncatedArrays":[{"field":7,"newSize":1}]}""")]
    public void A_description_of_another_shape_is_a_fault_of_the_protocol(string description)
        => Assert.Throws<CdcProtocolException>(() => Describe(description).ChangedFields());

    [Fact]
    public void Apply_without_a_description_or_a_document_is_misuse()
    {
        Assert.Throws<InvalidOperationException>(() => default(UpdateDescription).Apply(RawBson.Empty.ToRecord()));
        Assert.Throws<ArgumentException>(() => Describe("{}").Apply(default(DataRecord)));
    }

    private static UpdateDescription Describe(string json) => new(RawBson.Parse(json));
}
