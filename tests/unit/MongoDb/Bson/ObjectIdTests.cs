using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Tests.Bson;

public sealed class ObjectIdTests
{
    [Fact]
    public void Text_and_bytes_round_trip_and_sort_as_the_server_does()
    {
        var low = ObjectId.Parse("57e193d7a9cc81b4027498b5");
        var high = ObjectId.Parse("57E193D7A9CC81B4027498B6");
        Assert.True(low < high && high > low && low != high);
        Assert.Equal("57e193d7a9cc81b4027498b6", high.ToString());
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(0x57e193d7), low.CreationTime);
        Assert.Throws<ArgumentException>(() => new ObjectId(new byte[11]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("57e193d7a9cc81b4027498b")]
    [InlineData("57e193d7a9cc81b4027498bg")]
    [InlineData("57e193d7a9cc81b4027498b5aa")]
    public void Anything_but_24_digits_is_refused(string text) => Assert.Throws<FormatException>(() => ObjectId.Parse(text));
}
