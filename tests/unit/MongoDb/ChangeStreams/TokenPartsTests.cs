using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Resume tokens as key strings: their parts, their order, and the text that names an event.</summary>
public sealed class TokenPartsTests
{
    // time, version, type, index in the transaction, invalidate, UUID, identifier, fragment, end
    private const string Time = "8263515AC700000001";
    private const string Uuid = "5A1004002FB9BB2E124BFCAF935B8C8F644171";
    private const string Head2 = Time + "2B042C0100296E" + Uuid;
    private const string Id7 = "46" + "3C6F7065726174696F6E54797065003C75706461746500" + "46646F63756D656E744B65790046" + "1E5F6964002B0E"
        + "00" + "00";

    [Theory]
    [InlineData(Time + "2B0229296E04", 1, false, 0, false)]
    [InlineData(Time + "2B0429296E1404", 2, false, 0, false)]
    [InlineData(Time + "2B022C0100296E5A04", 1, true, 0, false)]
    [InlineData(Time + "2B042C01002B0A6E1404", 2, true, 5, false)]
    [InlineData(Time + "2B042C01002C04006F1404", 2, true, 512, true)]
    public void Parts_are_read_from_the_key_string(string hex, ulong version, bool isEvent, ulong index, bool isInvalidate)
    {
        Assert.True(TokenParts.TryRead(Token(hex), out var parts));
        Assert.Equal(new ClusterTime(0x63515AC7, 1), parts.Time);
        Assert.Equal((version, isEvent, index, isInvalidate), (parts.Version, parts.IsEvent, parts.Index, parts.IsInvalidate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("82")]
    [InlineData("zz")]
    [InlineData("826")]
    [InlineData(Time)]
    [InlineData(Time + "04")]
    [InlineData(Time + "2B")]
    [InlineData(Time + "2B042C01")]
    [InlineData(Time + "2B042C0100296C1404")]
    [InlineData(Time + "2B062C0100296E1404")]
    [InlineData(Time + "2B042B0E296E1404")]
    [InlineData(Time + "29290404")]
    [InlineData("0163515AC7000000012B042C0100296E1404")]
    [InlineData(Time + "80000000000000006652E99F")]
    public void A_text_in_another_form_has_no_parts(string hex) => Assert.False(TokenParts.TryRead(Token(hex), out _));

    [Fact]
    public void Every_prefix_of_a_token_is_read_or_not_without_a_failure()
    {
        var whole = Head2 + Id7 + "2B0204";
        for (var length = 0; length <= whole.Length; length++)
        {
            TokenParts.TryRead(Token(whole[..length]), out _);
        }
    }

    [Fact]
    public void Tokens_order_as_the_server_orders_them_and_fragments_count_as_their_event()
    {
        string[] ordered =
        [
            Time + "2B0429296E1404", Head2 + "460004", Head2 + Id7 + "04", Time + "2B042C0100296F1404",
            Time + "2B042C01002B026E1404", "8263515AC7000000022B0429296E1404",
        ];
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = 0; j < ordered.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Compare(ordered[i], ordered[j]));
            }
        }

        Assert.Equal(0, Compare(Head2 + Id7 + "04", Head2 + Id7 + "2904"));
        Assert.Equal(0, Compare(Head2 + Id7 + "2B0204", Head2 + Id7 + "2904"));
        Assert.Equal(0, Compare(Head2 + Id7 + "2B0204", (Head2 + Id7 + "2B0404").ToLowerInvariant()));
    }

    [Fact]
    public void Tokens_of_two_versions_are_ordered_by_what_both_say()
    {
        Assert.Equal(-1, Compare(Time + "2B022C0100296E5A04", Time + "2B042C01002B026E1404"));
        Assert.Null(Compare(Time + "2B022C0100296E5A04", Time + "2B042C0100296E1404"));
    }

    [Theory]
    [InlineData(Head2 + Id7 + "04", Head2 + Id7 + "04")]
    [InlineData(Head2 + Id7 + "2904", Head2 + Id7 + "04")]
    [InlineData(Head2 + Id7 + "2B0204", Head2 + Id7 + "04")]
    [InlineData(Head2 + Id7 + "2BFE04", Head2 + Id7 + "04")]
    [InlineData(Time + "2B0429296E1404", Time + "2B0429296E1404")]
    [InlineData(Time + "80000000000000006652E99F", Time + "80000000000000006652E99F")]
    public void The_text_of_an_event_does_not_depend_on_its_fragments(string hex, string expected)
        => Assert.Equal(expected, ResumeTokens.TextOf(Token(hex)));

    [Fact]
    public void Texts_of_other_servers_are_not_ordered()
    {
        Assert.Null(ResumeTokens.Compare(Token("0160"), Token("0170")));
        Assert.True(ResumeTokens.IsLater(Token("0160"), Token("0170")));
        Assert.False(ResumeTokens.IsLater(Token("0160"), Token("0160")));
    }

    private static int? Compare(string a, string b)
    {
        Assert.True(TokenParts.TryRead(Token(a), out var left));
        Assert.True(TokenParts.TryRead(Token(b), out var right));
        return TokenParts.Compare(left, right);
    }

    private static RawBson Token(string hex) => RawBson.Parse($$"""{"_data":"{{hex}}"}""");
}
