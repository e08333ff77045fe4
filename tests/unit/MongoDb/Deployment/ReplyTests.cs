using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Faults;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>Replies that do not have the shape that a server gives them: typed and transient, whatever is wrong.</summary>
public sealed class ReplyTests
{
    [Fact]
    public void Values_of_a_reply_are_read_by_their_type()
    {
        var reply = RawBson.Parse("""
            {"int":{"$numberInt":"7"},"long":{"$numberLong":"5000000000"},"double":8.0,"half":8.5,"text":"x","document":{"a":1},"array":[1],
            "time":{"$timestamp":{"t":5,"i":6}},"bytes":{"$binary":{"base64":"gqs=","subType":"00"}},"true":true,"one":1,"null":null}
            """);

        Assert.Equal((7, 8), (reply.GetInt32("int"u8), reply.GetInt32("double"u8)));
        Assert.Equal((7L, 5_000_000_000L, 8L), (reply.GetInt64("int"u8), reply.GetInt64("long"u8), reply.GetInt64("double"u8)));
        Assert.Equal("x", reply.GetString("text"u8));
        Assert.Equal(1, reply.GetDocument("document"u8).Count());
        Assert.Equal(1, reply.GetArray("array"u8).Count());
        Assert.Equal([0x82, 0xAB], reply.GetBinary("bytes"u8).ToArray());
        Assert.True(reply.TryGetTimestamp("time"u8, out var time));
        Assert.Equal(new ClusterTime(5, 6), time);
        Assert.Equal((true, true, false, false, false),
            (reply.IsTrue("true"u8), reply.IsTrue("one"u8), reply.IsTrue("null"u8), reply.IsTrue("text"u8), reply.IsTrue("absent"u8)));
        Assert.False(reply.TryGetInt64("half"u8, out _) || reply.TryGetInt64("text"u8, out _) || reply.TryGetInt64("absent"u8, out _));
        Assert.False(reply.TryGetString("int"u8, out _) || reply.TryGetDocument("array"u8, out _) || reply.TryGetArray("document"u8, out _)
            || reply.TryGetTimestamp("long"u8, out _));
    }

    [Theory]
    [InlineData("int")]
    [InlineData("long")]
    [InlineData("string")]
    [InlineData("document")]
    [InlineData("array")]
    [InlineData("binary")]
    public void A_value_that_a_reply_lacks_or_has_of_another_type_is_a_transient_fault_of_the_protocol(string type)
    {
        foreach (var json in (string[])["""{}""", """{"x":null}""", """{"x":8.5}""", """{"x":{"$date":"2020-01-01T00:00:00Z"}}"""])
        {
            var reply = RawBson.Parse(json);
            var fault = Assert.Throws<CdcProtocolException>(() =>
            {
                _ = type switch
                {
                    "int" => (object)reply.GetInt32("x"u8),
                    "long" => reply.GetInt64("x"u8),
                    "string" => reply.GetString("x"u8),
                    "document" => reply.GetDocument("x"u8),
                    "array" => reply.GetArray("x"u8),
                    _ => reply.GetBinary("x"u8),
                };
            });
            Assert.True(fault.IsTransient);
            Assert.Contains("'x'", fault.Message, StringComparison.Ordinal);
        }

        Assert.Throws<CdcProtocolException>(() => RawBson.Parse("""{"x":{"$numberLong":"5000000000"}}""").GetInt32("x"u8));
    }

    [Theory]
    [InlineData("""{"ok":1}""")]
    [InlineData("""{"cursor":5,"ok":1}""")]
    [InlineData("""{"cursor":{},"ok":1}""")]
    [InlineData("""{"cursor":{"id":"x","ns":"a.b","nextBatch":[]},"ok":1}""")]
    [InlineData("""{"cursor":{"id":1,"ns":7,"nextBatch":[]},"ok":1}""")]
    [InlineData("""{"cursor":{"id":1,"ns":"a.b","nextBatch":{}},"ok":1}""")]
    [InlineData("""{"cursor":{"id":1,"ns":"a.b","nextBatch":7},"ok":1}""")]
    public void A_batch_of_another_shape_is_a_transient_fault_of_the_protocol(string reply)
        => Assert.True(Assert.Throws<CdcProtocolException>(() => new MongoBatch(RawBson.Parse(reply))).IsTransient);

    [Theory]
    [InlineData("aggregate", """{"cursor":{"id":"x","ns":"a.b","firstBatch":[]},"ok":1}""")]
    [InlineData("aggregate", """{"cursor":{"id":{"$numberLong":"7"},"ns":"ab","firstBatch":[]},"ok":1}""")]
    [InlineData("aggregate", """{"ok":1}""")]
    [InlineData("getMore", """{"cursor":{"id":{"$numberLong":"1"},"ns":"a.b","nextBatch":[]},"ok":1}""")]
    [InlineData("getMore", """{"cursor":[],"ok":1}""")]
    [InlineData("getMore", """{}""")]
    [InlineData("find", """{"cursor":{"id":0,"ns":"a.b","firstBatch":[7]},"ok":1}""")]
    [InlineData("find", """{"cursor":{"id":0,"ns":"a.b","firstBatch":7},"ok":1}""")]
    [InlineData("buildInfo", """{"versionArray":"x","ok":1}""")]
    [InlineData("buildInfo", """{"versionArray":[{},null,-7,{"$numberLong":"9999999999999"}],"ok":1}""")]
    [InlineData("listDatabases", """{"databases":[7],"ok":1}""")]
    [InlineData("listDatabases", """{"databases":[{"name":7}],"ok":1}""")]
    [InlineData("listDatabases", """{"ok":1}""")]
    [InlineData("listCollections", """{"cursor":{"id":0,"ns":"shop.$cmd.listCollections","firstBatch":[7,{"name":5}]},"ok":1}""")]
    [InlineData("listDatabases", """{"databases":[{"name":""}],"ok":1}""")]
    [InlineData("listDatabases", """{"databases":[{"name":"a.b"}],"ok":1}""")]
    [InlineData("aggregate", """{"cursor":{"id":{"$numberLong":"5"},"ns":"a.b","firstBatch":[],"postBatchResumeToken":{}},"ok":1}""")]
    [InlineData("aggregate", """{"cursor":{"id":7,"ns":"a.b","firstBatch":[],"postBatchResumeToken":{"_data":""}},"ok":1}""")]
    [InlineData("aggregate", """{"ok":0,"code":11601,"errmsg":"operation was interrupted"}""")]
    [InlineData("aggregate", """{"ok":0,"errmsg":"PlanExecutor error :: caused by :: operation was interrupted"}""")]
    [InlineData("getMore", """{"ok":0}""")]
    [InlineData("getMore", """{"ok":0,"code":{"$numberDecimal":"6"}}""")]
    [InlineData("getMore", """{"ok":0,"code":"237","errmsg":"x"}""")]
    [InlineData("getMore", """{"ok":1,"writeConcernError":{"code":91,"errmsg":"x"}}""")]
    [InlineData("connectionStatus", """{"authInfo":{"authenticatedUsers":[7],"authenticatedUserPrivileges":[7,{"resource":5}]},"ok":1}""")]
    public async Task An_engine_outlives_an_answer_of_another_shape_to_any_command(string command, string answer)
    {
        await using var fixture = new Feed.StreamFixture();
        await fixture.InsertAsync("""{"_id":0}""");
        var answers = fixture.Double.Inject(new CommandFault(command) { Reply = DocJson.Parse(answer) });
        var reading = await fixture.OpenAsync(StartPosition.Earliest, items: false);
        Assert.Equal(0, await Feed.ResumeTests.KeyAsync(reading));
        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await Feed.ResumeTests.KeyAsync(reading));
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal(2, await Feed.ResumeTests.KeyAsync(reading));
        Assert.Equal(1, answers.Met);
    }

    [Theory]
    [InlineData("""{"code":286,"codeName":"ChangeStreamHistoryLost"}""", 286)]
    [InlineData("""{"code":286.0}""", 286)]
    [InlineData("""{"code":"286"}""", 286)]
    [InlineData("""{"code":{"$numberDecimal":"286"}}""", 286)]
    [InlineData("""{"code":{"$numberLong":"9999999999"}}""", 0)]
    [InlineData("""{"code":{"$numberDouble":"NaN"}}""", 0)]
    [InlineData("""{"code":{"$numberDecimal":"NaN"}}""", 0)]
    [InlineData("""{"code":8.5}""", 0)]
    [InlineData("""{"code":[],"codeName":"ChangeStreamHistoryLost"}""", 286)]
    [InlineData("""{"errmsg":"Resume of change stream was not possible, as the resume point may no longer be in the oplog."}""", 286)]
    [InlineData("""{"code":8000,"errmsg":"error (ChangeStreamFatalError): cannot resume stream"}""", 280)]
    [InlineData("""{"code":8,"errmsg":"cannot resume stream; the resume token was not found. {_data: 1}"}""", 280)]
    [InlineData("""{"code":96,"errmsg":"Plan executor error :: caused by :: BSONObj size: 17825792 (0x1100000) is invalid"}""", 10334)]
    [InlineData("""{"code":13,"errmsg":"not authorized on shop: the resume point may no longer be in the oplog"}""", 13)]
    [InlineData("""{"errmsg":"something else"}""", 0)]
    public void The_error_of_a_reply_is_found_wherever_the_reply_names_it(string reply, int expected)
    {
        var document = MongoDB.Bson.BsonDocument.Parse(reply);
        var (name, message) = (document.GetValue("codeName", "").AsString, document.GetValue("errmsg", "").AsString);
        Assert.Equal(expected, ErrorCodes.Of(document, name, message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(20)]
    [InlineData(25)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public async Task A_reply_whose_length_is_wrong_gives_a_typed_transient_error(int length)
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=60000&socketTimeoutMS=2000&retryReads=false");
        await deployment.RunAsync("""{"ping": 1}""");
        byte[] message = [.. BitConverter.GetBytes(length), 1, 0, 0, 0, 1, 0, 0, 0, 0xDD, 7, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0];
        server.Nodes[0].Faults.AnswerNextWith(message);

        var error = await Assert.ThrowsAnyAsync<CdcException>(async () => await deployment.RunAsync("""{"ping": 1}"""));

        Assert.True(error.IsTransient, $"{error}");
        Assert.True(error is CdcProtocolException or CdcConnectionException, $"{error}");
    }
}
