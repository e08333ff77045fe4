using CdcEmbedded.MySql.Snapshots;

namespace CdcEmbedded.MySql.Tests.Snapshots;

/// <summary>Stored keys become literals of SQL, and nothing else: an offset is not a way to write SQL.</summary>
public sealed class SnapshotKeyTextTests
{
    [Theory]
    [InlineData("[1]", "1")]
    [InlineData("[-12.50]", "-12.50")]
    [InlineData("[1.0000000149011612E-001]", "1.0000000149011612E-001")]
    [InlineData("[\"2024-02-29 01:02:03.000001\"]", "'2024-02-29 01:02:03.000001'")]
    [InlineData("[{\"latin1\":\"E4\"}]", "_latin1 X'E4'")]
    [InlineData("[{\"binary\":\"00FF\"}]", "X'00FF'")]
    [InlineData("[{\"binary\":\"\"}]", "X''")]
    public void A_value_becomes_a_typed_literal(string json, string expected) => Assert.Equal([expected], KeyText.ToSql(json, 1));

    [Theory]
    [InlineData("[1]", 2)]
    [InlineData("[1,2]", 1)]
    [InlineData("{}", 1)]
    [InlineData("[null]", 1)]
    [InlineData("[true]", 1)]
    [InlineData("[\"a' OR 1=1\"]", 1)]
    [InlineData("[\"\\\\\"]", 1)]
    [InlineData("[{\"latin1 X'00' OR 1\":\"00\"}]", 1)]
    [InlineData("[{\"latin1\":\"0' OR '\"}]", 1)]
    [InlineData("[{\"latin1\":\"0\"}]", 1)]
    [InlineData("[{}]", 1)]
    [InlineData("[1", 1)]
    public void What_is_no_key_is_refused(string json, int columns)
        => Assert.Throws<OffsetFormatException>(() => KeyText.ToSql(json, columns));
}
