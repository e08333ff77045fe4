using CdcEmbedded.MongoDb.Documents;

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
    public void Apply_makes_the_document_after(string before, string description, string after)
        => Assert.Equal(after, Describe(description).Apply(RawBson.Parse(before).ToRecord()).ToExtendedJson());

    [Theory]
    [InlineData("""{"a":1}""", """{"removedFields":["b"]}""")]
    [InlineData("""{"a":1}""", """{"truncatedArrays":[{"field":"a","newSize":0}]}""")]
    [InlineData("""{"a":[1]}""", """{"truncatedArrays":[{"field":"a","newSize":2}]}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.x":1}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.2000000000":1}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":[]}}""")]
    [InlineData("""{"a":[1]}""", """{"updatedFields":{"a.0":1},"disambiguatedPaths":{"a.0":["a",-1]}}""")]
    public void Apply_to_a_document_that_it_does_not_fit_says_so(string before, string description)
        => Assert.Throws<CdcProtocolException>(() => Describe(description).Apply(RawBson.Parse(before).ToRecord()));

    [Fact]
    public void Apply_without_a_description_or_a_document_is_misuse()
    {
        Assert.Throws<InvalidOperationException>(() => default(UpdateDescription).Apply(RawBson.Empty.ToRecord()));
        Assert.Throws<ArgumentException>(() => Describe("{}").Apply(default(DataRecord)));
    }

    private static UpdateDescription Describe(string json) => new(RawBson.Parse(json));
}
