using System.Text;
using CdcEmbedded.MongoDb.Authentication;

namespace CdcEmbedded.MongoDb.Tests.Authentication;

public class SaslPrepTests
{
    private static readonly bool CanNormalize = "\uFB01".Normalize(NormalizationForm.FormKC) == "fi";

    [Theory]
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]
    [InlineData("I\u00ADX", "IX")]
    [InlineData("a\u00A0b\u3000c", "a b c")]
    [InlineData("p\u200Bq", "p q")]
    [InlineData("Zürich", "Zürich")]
    [InlineData("пароль", "пароль")]
    [InlineData("密码\U0001F511", "密码\U0001F511")]
    [InlineData("\u05D0\u05D1", "\u05D0\u05D1")]
    public void Prepare_maps_as_rfc_4013_says(string password, string prepared) => Assert.Equal(prepared, SaslPrep.Prepare(password));

    [Theory]
    [InlineData("\u00AA", "a")]
    [InlineData("\u2168", "IX")]
    [InlineData("e\u0301", "é")]
    public void Prepare_normalizes_or_refuses_where_the_runtime_cannot(string password, string prepared)
    {
        if (CanNormalize)
        {
            Assert.Equal(prepared, SaslPrep.Prepare(password));
        }
        else
        {
            var refusal = Assert.Throws<CdcAuthenticationException>(() => SaslPrep.Prepare(password));
            Assert.Contains("InvariantGlobalization", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(password, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\u0007")]
    [InlineData("a\u007F")]
    [InlineData("\u0627\u0031")]
    [InlineData("\u05D0a\u05D0")]
    [InlineData("a\u05D0")]
    public void Prepare_refuses_what_rfc_4013_prohibits(string password)
        => Assert.Throws<CdcAuthenticationException>(() => SaslPrep.Prepare(password));
}
