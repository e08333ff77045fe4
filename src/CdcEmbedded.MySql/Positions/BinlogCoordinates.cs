using System.Globalization;

namespace CdcEmbedded.MySql.Positions;

/// <summary>A binlog file and a position in it: the "binary log coordinates" of the MySQL manual. They mean something on
/// one server only.</summary>
/// <param name="File">The file's name without its folder; empty for "before the first file".</param>
/// <param name="Position">The position in the file, in 64 bits.</param>
internal readonly record struct BinlogCoordinates(string File, long Position)
{
    /// <summary>Where the first event of a file begins: after the magic number.</summary>
    public const long FirstPosition = 4;

    /// <summary>Compares two places of one server's log: files by their number (<c>.999999</c> is before
    /// <c>.1000000</c>), then positions.</summary>
    /// <returns>Negative, zero or positive; null where the files are of different series, whose order their names do not say.</returns>
    public int? CompareTo(BinlogCoordinates other)
    {
        if (File == other.File)
        {
            return Position.CompareTo(other.Position);
        }

        if (File.Length == 0 || other.File.Length == 0)
        {
            return File.Length.CompareTo(other.File.Length);
        }

        var mine = NumberOf(File);
        var theirs = NumberOf(other.File);
        if (mine.Length == 0 || theirs.Length == 0 || !SeriesOf(File, mine).SequenceEqual(SeriesOf(other.File, theirs)))
        {
            return null;
        }

        var a = mine.TrimStart('0');
        var b = theirs.TrimStart('0');
        var order = a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
        return order != 0 ? order : Position.CompareTo(other.Position);
    }

    /// <summary>True if this is certainly before the other.</summary>
    public bool IsBefore(BinlogCoordinates other) => CompareTo(other) < 0;

    /// <summary>True if this is certainly the other, or after it.</summary>
    public bool IsAtOrAfter(BinlogCoordinates other) => CompareTo(other) >= 0;

    /// <summary>True if the server names its binlog so after this one: <c>binlog.000010</c> after <c>binlog.000009</c>.</summary>
    public static bool IsNextFile(string file, string next)
    {
        var number = NumberOf(file);
        var nextNumber = NumberOf(next);
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var a)
            && long.TryParse(nextNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var b)
            && SeriesOf(file, number).SequenceEqual(SeriesOf(next, nextNumber)) && b - 1 == a;
    }

    /// <summary>True if a server names its first binlog so: <c>binlog.000001</c>.</summary>
    public static bool IsFirstFile(string file)
        => long.TryParse(NumberOf(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == 1;

    /// <summary><c>file:position</c>, as the server's messages write it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Position}");

    /// <summary>The digits after the last dot; empty where there are none.</summary>
    private static ReadOnlySpan<char> NumberOf(string file)
    {
        var digits = file.AsSpan(file.LastIndexOf('.') + 1);
        return digits.Length == file.Length || digits.ContainsAnyExceptInRange('0', '9') ? default : digits;
    }

    private static ReadOnlySpan<char> SeriesOf(string file, ReadOnlySpan<char> number) => file.AsSpan(0, file.Length - number.Length);
}
