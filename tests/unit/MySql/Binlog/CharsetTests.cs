using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;

namespace CdcEmbedded.MySql.Tests.Binlog;

public class CharsetTests
{
    [Theory]
    [InlineData(8, "latin1")]
    [InlineData(33, "utf8mb3")]
    [InlineData(45, "utf8mb4")]
    [InlineData(63, "binary")]
    [InlineData(255, "utf8mb4")]
    [InlineData(309, "utf8mb4")]
    [InlineData(248, "gb18030")]
    [InlineData(101, "utf16")]
    [InlineData(159, "ucs2")]
    [InlineData(608, "utf8mb4")]
    [InlineData(1069, "utf8mb4")]
    [InlineData(2304, "utf8mb4")]
    public void A_collation_number_gives_its_character_set(int collation, string name)
        => Assert.Equal(name, Charset.OfCollation(collation)?.Name);

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(500)]
    [InlineData(-1)]
    [InlineData(70_000)]
    public void An_unknown_collation_number_is_null(int collation) => Assert.Null(Charset.OfCollation(collation));

    [Fact]
    public void Every_character_set_decodes_ascii_or_says_why_not()
    {
        for (var collation = 1; collation < 3328; collation++)
        {
            if (Charset.OfCollation(collation) is { MaxLength: 1, IsBinary: false, Name: not "swe7" } charset)
            {
                Assert.Equal("Az09~", (charset.Encoding ?? Encoding.UTF8).GetString("Az09~"u8));
            }
        }
    }

    [Theory]
    [InlineData("latin1", "80818d8f909d9fff", "€\u0081\u008d\u008f\u0090\u009dŸÿ")]
    [InlineData("swe7", "405b5c5d5e607b7c7d7e", "ÉÄÖÅÜéäöåü")]
    [InlineData("hp8", "a1b0b3c0d3e3f0ff5e", null)]
    [InlineData("hp8", "a1b3c0d3e3f0", "À°âÆÐÞ")]
    [InlineData("dec8", "a8d7ddf7fde9", "¤ŒŸœÿé")]
    [InlineData("keybcs2", "808187b0dfe0", "Čüč░▀α")]
    [InlineData("armscii8", "b2b3b4fd", "ԱաԲֆ")]
    [InlineData("geostd8", "c0c1e0", "აბჭ")]
    [InlineData("koi8r", "f0d2c9", "При")]
    [InlineData("utf16", "d83dde00", "😀")]
    [InlineData("utf16le", "3dd800de", "😀")]
    [InlineData("utf32", "0001f600", "😀")]
    public void Text_decodes_as_on_the_server(string charset, string hex, string? expected)
    {
        var encoding = Charset.ByName(charset)?.Encoding;
        Assert.NotNull(encoding);
        var bytes = Convert.FromHexString(hex);
        if (expected is null)
        {
            Assert.Throws<DecoderFallbackException>(() => encoding.GetString(bytes));
            Assert.Throws<CdcProtocolException>(() => DataValue.FromText(bytes, 0, bytes.Length, encoding).AsString());
        }
        else
        {
            Assert.Equal(expected, DataValue.FromText(bytes, 0, bytes.Length, encoding).AsString());
        }
    }
}
