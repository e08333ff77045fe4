using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>The order of files and positions of one server.</summary>
public sealed class BinlogCoordinatesTests
{
    [Theory]
    [InlineData("binlog.000001", 5, "binlog.000001", 4, 1)]
    [InlineData("binlog.000001", 5, "binlog.000002", 4, -1)]
    [InlineData("binlog.999999", 5, "binlog.1000000", 4, -1)]
    [InlineData("binlog.1999999", 5, "binlog.1000000", 4, 1)]
    [InlineData("binlog.000009", 4, "binlog.10", 4, -1)]
    [InlineData("binlog.1", 4, "binlog.000001", 5, -1)]
    [InlineData("binlog.99999999999999999999999", 4, "binlog.100000000000000000000000", 4, -1)]
    [InlineData("", 5, "binlog.000001", 4, -1)]
    [InlineData("", 5, "", 4, 1)]
    [InlineData("binlog.000001", 4, "binlog.000001", 4, 0)]
    [InlineData("binlog.000001", long.MaxValue, "binlog.000001", 4, 1)]
    [InlineData("copy.bin", 5, "copy.bin", 4, 1)]
    [InlineData("mysql-bin.000009", 4, "binlog.000010", 4, null)]
    [InlineData("a.b.000009", 4, "a.000010", 4, null)]
    [InlineData("copy", 4, "binlog.000010", 4, null)]
    [InlineData("binlog.", 4, "binlog.000010", 4, null)]
    [InlineData("binlog.00001x", 4, "binlog.000010", 4, null)]
    [InlineData("000009", 4, "000010", 4, null)]
    public void Files_are_ordered_by_number_and_places_in_a_file_by_position(string fileA, long a, string fileB, long b, int? order)
    {
        var x = new BinlogCoordinates(fileA, a);
        var y = new BinlogCoordinates(fileB, b);

        Assert.Equal(order, x.CompareTo(y) is { } compared ? Math.Sign(compared) : null);
        Assert.Equal(-order, y.CompareTo(x) is { } reversed ? Math.Sign(reversed) : null);
        Assert.Equal(order < 0, x.IsBefore(y));
        Assert.Equal(order >= 0, x.IsAtOrAfter(y));
    }

    [Theory]
    [InlineData("binlog.000009", "binlog.000010", true)]
    [InlineData("binlog.999999", "binlog.1000000", true)]
    [InlineData("binlog.000009", "binlog.000011", false)]
    [InlineData("binlog.000009", "binlog.000009", false)]
    [InlineData("binlog.000009", "other.000010", false)]
    [InlineData("copy", "copy.000001", false)]
    public void The_next_file_has_the_next_number(string file, string next, bool expected)
        => Assert.Equal(expected, BinlogCoordinates.IsNextFile(file, next));
}
