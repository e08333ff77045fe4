using CdcEmbedded.Hosting.Delivery;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Snapshots;

namespace CdcEmbedded.MongoDb.Tests.Documents;

public sealed class DocumentEqualityTests
{
    [Theory]
    [InlineData("{\"$numberInt\":\"1\"}", "{\"$numberLong\":\"1\"}")]
    [InlineData("{\"$numberInt\":\"1\"}", "{\"$numberDouble\":\"1.0\"}")]
    [InlineData("{\"$numberInt\":\"1\"}", "{\"$numberDecimal\":\"1\"}")]
    [InlineData("{\"$numberInt\":\"100\"}", "{\"$numberDecimal\":\"1E+2\"}")]
    [InlineData("{\"$numberDouble\":\"0.5\"}", "{\"$numberDecimal\":\"0.50\"}")]
    [InlineData("{\"$numberDouble\":\"1E+22\"}", "{\"$numberDecimal\":\"1E+22\"}")]
    [InlineData("{\"$numberDouble\":\"-0.0\"}", "{\"$numberDecimal\":\"0E+10\"}")]
    [InlineData("{\"$numberDouble\":\"NaN\"}", "{\"$numberDecimal\":\"NaN\"}")]
    [InlineData("{\"$numberDouble\":\"-Infinity\"}", "{\"$numberDecimal\":\"-Infinity\"}")]
    [InlineData("{\"$numberDecimal\":\"1.10\"}", "{\"$numberDecimal\":\"1.1\"}")]
    [InlineData("{\"$numberLong\":\"-9223372036854775808\"}", "{\"$numberDouble\":\"-9.2233720368547758E+18\"}")]
    [InlineData("{\"a\":1,\"b\":[1,2]}", "{\"a\":{\"$numberDouble\":\"1.0\"},\"b\":[{\"$numberLong\":\"1\"},2.0]}")]
    [InlineData("{\"$symbol\":\"x\"}", "\"x\"")]
    public void Equal_values_share_their_hash(string left, string right)
    {
        var (x, y) = (Record(left), Record(right));
        Assert.True(BsonEquality.Instance.Equals(x, y));
        Assert.True(BsonEquality.Instance.Equals(y, x));
        Assert.Equal(BsonEquality.Instance.GetHashCode(x), BsonEquality.Instance.GetHashCode(y));
        Assert.Equal(IdentityOf(x), IdentityOf(y));
        Assert.Equal(OrderOf(x), OrderOf(y));
    }

    [Theory]
    [InlineData("1", "2")]
    [InlineData("1", "\"1\"")]
    [InlineData("1", "true")]
    [InlineData("null", "{\"$undefined\":true}")]
    [InlineData("{\"$numberDouble\":\"0.1\"}", "{\"$numberDecimal\":\"0.1\"}")]
    [InlineData("{\"$numberLong\":\"9007199254740993\"}", "{\"$numberDouble\":\"9007199254740992\"}")]
    [InlineData("{\"$numberLong\":\"9223372036854775807\"}", "{\"$numberDouble\":\"9.2233720368547758E+18\"}")]
    [InlineData("{\"$numberDecimal\":\"1E+6111\"}", "{\"$numberDouble\":\"Infinity\"}")]
    [InlineData("{\"$numberDecimal\":\"1E-6176\"}", "0.0")]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}")]
    [InlineData("{\"a\":1}", "{\"a\":1,\"b\":2}")]
    [InlineData("[1]", "{\"0\":1}")]
    [InlineData("{\"$date\":{\"$numberLong\":\"1\"}}", "{\"$timestamp\":{\"t\":0,\"i\":1}}")]
    [InlineData("{\"$binary\":{\"base64\":\"AA==\",\"subType\":\"00\"}}", "{\"$binary\":{\"base64\":\"AA==\",\"subType\":\"80\"}}")]
    public void Different_values_are_not_equal(string left, string right)
    {
        var (x, y) = (Record(left), Record(right));
        Assert.False(BsonEquality.Instance.Equals(x, y));
        Assert.False(BsonEquality.Instance.Equals(y, x));
        Assert.NotEqual(IdentityOf(x), IdentityOf(y));
    }

    [Fact]
    public void Records_without_bson_are_refused_and_no_record_equals_no_record()
    {
        var other = new DataRecord(new Sources.DetachedRecordSet(null, ["a"], [DataValue.FromInt64(1)]), 0);
        Assert.Throws<ArgumentException>(() => BsonEquality.Instance.GetHashCode(other));
        Assert.Throws<ArgumentException>(() => BsonEquality.Instance.Equals(other, Record("1")));
        Assert.True(BsonEquality.Instance.Equals(default, default));
        Assert.False(BsonEquality.Instance.Equals(default, Record("1")));
    }

    // The key by which a window of a snapshot finds the documents that changed.
    private static string IdentityOf(DataRecord record) => DocumentKeys.IdentityOf(RawBson.Of(record)["_id"u8]);

    // The key by which parallel handlers keep the order of changes.
    private static OrderedKey OrderOf(DataRecord record) => OrderedKey.Of(new ChangeKey("shop", "orders", record));

    private static DataRecord Record(string value) => RawBson.Parse($"{{\"_id\":{value}}}").ToRecord();
}
