using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Deployment;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Each code and label of the specification's and the server's lists, and what it means for a stream (R55).</summary>
public sealed class ChangeStreamErrorsTests
{
    private static readonly CdcOffset _position = MongoOffset.FromClusterTime(new BsonTimestamp(5, 1));

    [Theory]
    [InlineData(286), InlineData(280), InlineData(260), InlineData(40576), InlineData(40585), InlineData(136), InlineData(40647)]
    [InlineData(9, "", "Bad resume token: _data has the wrong type")]
    [InlineData(1, "NonResumableChangeStreamError"), InlineData(4242, "NonResumableChangeStreamError")]
    public void A_history_that_is_gone_and_a_token_that_cannot_be_read_are_a_lost_offset(int code, string label = "",
        string text = "failed")
    {
        var failure = Assert.IsType<OffsetLostException>(Translate(code, label, text));
        Assert.False(failure.IsTransient);
        Assert.Contains(_position.ToString(), failure.Message, StringComparison.Ordinal);
    }

    // The list of servers without labels, and anything that has the label.
    [Theory]
    [InlineData(6), InlineData(7), InlineData(43), InlineData(63), InlineData(89), InlineData(91), InlineData(133), InlineData(150)]
    [InlineData(189), InlineData(234), InlineData(262), InlineData(9001), InlineData(10107), InlineData(11600), InlineData(11602)]
    [InlineData(13388), InlineData(13435), InlineData(13436), InlineData(4242, "ResumableChangeStreamError")]
    [InlineData(280, "ResumableChangeStreamError"), InlineData(13, "ResumableChangeStreamError")]
    public void A_resumable_error_is_tried_again(int code, string label = "") => Assert.True(Translate(code, label).IsTransient);

    [Theory]
    [InlineData(10334, typeof(OversizeEventException), "OnOversizeEvent")]
    [InlineData(7182500, typeof(OversizeEventException), "OnOversizeEvent")]
    [InlineData(47, typeof(SourceInconsistentException), "WhenAvailable")]
    [InlineData(13, typeof(ServerMisconfiguredException), "changeStream")]
    [InlineData(40573, typeof(ServerMisconfiguredException), "--replSet")]
    [InlineData(18, typeof(MongoCommandFailedException), "18")]
    [InlineData(9, typeof(MongoCommandFailedException), "9")]
    [InlineData(40324, typeof(MongoCommandFailedException), "40324")]
    public void Another_error_ends_the_stream_with_what_to_do(int code, Type type, string hint)
    {
        foreach (var label in (string[])["", "NonResumableChangeStreamError"])
        {
            var failure = Translate(code, label);
            Assert.False(failure.IsTransient);
            Assert.True(failure.GetType() == type || label.Length > 0, failure.GetType().Name);
            Assert.True(label.Length > 0 || failure.Message.Contains(hint, StringComparison.Ordinal), failure.Message);
        }
    }

    private static CdcException Translate(int code, string label, string text = "failed")
        => ChangeStreamErrors.Translate(new MongoCommandFailedException("getMore", "db1:27017", code, null, text,
            label.Length > 0 ? [label] : [], ErrorCodes.IsTransient(code)), _position);
}
