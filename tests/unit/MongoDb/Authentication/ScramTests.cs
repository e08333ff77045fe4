using System.Text;
using CdcEmbedded.MongoDb.Authentication;

namespace CdcEmbedded.MongoDb.Tests.Authentication;

public class ScramTests
{
    private const string Nonce256 = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst256 = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    [Fact]
    public void Sha256_conversation_of_rfc_7677_comes_out_as_it_says()
    {
        var scram = new ScramConversation(new("user", "pencil", "admin", null), MechanismName.ScramSha256, Nonce256);

        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Encoding.UTF8.GetString(scram.ClientFirst()));
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Encoding.UTF8.GetString(scram.ClientFinal(Encoding.UTF8.GetBytes(ServerFirst256))));
        scram.VerifyServer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="u8);
        Assert.True(scram.IsServerVerified);
    }

    [Fact]
    public void Sha1_conversation_of_the_specification_hashes_the_password_as_mongodb_does()
    {
        var scram = new ScramConversation(
            new("user", "pencil", "admin", null), MechanismName.ScramSha1, "fyko+d2lbbFgONRv9qkxdawL");

        Assert.Equal(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,p=MC2T8BvbmWRckDw8oWl5IVghwCY=",
            Encoding.UTF8.GetString(scram.ClientFinal(
                "r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,s=rQ9ZY3MntBeuP3E1TDVC4w==,i=10000"u8)));
        scram.VerifyServer("v=UMWeI25JD1yNYZRMpZ4VHvhZ9e0="u8);
        Assert.True(scram.IsServerVerified);
    }

    [Theory]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "nonce")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "nonce")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO+,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095", "iterations")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO+,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000", "iterations")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO+,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=many", "iterations")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO+,s=*,i=4096", "base64")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO+,i=4096", "'s'")]
    [InlineData("", "'r'")]
    public void ClientFinal_with_a_message_that_breaks_the_protocol_is_refused(string serverFirst, string reason)
    {
        var scram = new ScramConversation(new("user", "pencil", "admin", null), MechanismName.ScramSha256, Nonce256);

        var refusal = Assert.Throws<CdcAuthenticationException>(() => scram.ClientFinal(Encoding.UTF8.GetBytes(serverFirst)));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pencil", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    [InlineData("v=")]
    [InlineData("e=other-error")]
    public void VerifyServer_with_a_wrong_signature_is_refused(string serverFinal)
    {
        var scram = new ScramConversation(new("user", "pencil", "admin", null), MechanismName.ScramSha256, Nonce256);
        scram.ClientFinal(Encoding.UTF8.GetBytes(ServerFirst256));

        Assert.Throws<CdcAuthenticationException>(() => scram.VerifyServer(Encoding.UTF8.GetBytes(serverFinal)));
        Assert.False(scram.IsServerVerified);
    }

    [Fact]
    public void User_with_commas_and_equals_signs_is_escaped()
    {
        var scram = new ScramConversation(new("a=b,c", "pencil", "admin", null), MechanismName.ScramSha256, "n");

        Assert.Equal("n,,n=a=3Db=2Cc,r=n", Encoding.UTF8.GetString(scram.ClientFirst()));
    }

    [Fact]
    public void Conversation_without_a_password_is_refused()
        => Assert.Throws<CdcAuthenticationException>(
            () => new ScramConversation(new("user", null, "admin", null), MechanismName.ScramSha256, "n"));
}
