using System.Globalization;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>A global transaction identifier of MySQL: <c>uuid:number</c>, or <c>uuid:tag:number</c> from MySQL 8.3 on.</summary>
public readonly struct Gtid : IEquatable<Gtid>
{
    /// <summary>The longest tag, in characters.</summary>
    internal const int MaxTagLength = 32;

    /// <summary>Creates the identifier.</summary>
    /// <param name="source">The UUID of the server, or of the group, that committed first.</param>
    /// <param name="tag">Its tag in lower case; null or empty for none.</param>
    /// <param name="number">The number, from 1 to 2^63 - 2.</param>
    /// <exception cref="ArgumentException">The tag is not one: a letter or underscore, then up to 31 letters,
    /// digits and underscores.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its range.</exception>
    public Gtid(Guid source, string? tag, long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfEqual(number, long.MaxValue);
        if (!string.IsNullOrEmpty(tag) && !IsTag(tag))
        {
            throw new ArgumentException($"'{tag}' is no tag of a GTID: a-z or _, then up to {MaxTagLength - 1} of a-z, 0-9 and _.",
                nameof(tag));
        }

        Source = source;
        Tag = string.IsNullOrEmpty(tag) ? null : tag;
        Number = number;
    }

    /// <summary>The UUID of the server, or of the group, that committed first.</summary>
    public Guid Source { get; }

    /// <summary>The tag in lower case; null for none.</summary>
    public string? Tag { get; }

    /// <summary>The number, from 1 on; 0 only in the default value, which is no GTID.</summary>
    public long Number { get; }

    /// <summary>Reads <c>uuid:number</c> or <c>uuid:tag:number</c>.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static Gtid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var set = GtidSet.Parse(text);
        return set.TryGetSingle(out var gtid)
            ? gtid
            : throw new FormatException($"'{text}' is not one GTID, written uuid:number or uuid:tag:number.");
    }

    /// <summary>The text as MySQL writes it.</summary>
    public override string ToString() => Tag is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Source:D}:{Number}")
        : string.Create(CultureInfo.InvariantCulture, $"{Source:D}:{Tag}:{Number}");

    /// <inheritdoc/>
    public bool Equals(Gtid other) => Number == other.Number && Source == other.Source && Tag == other.Tag;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Gtid other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Source, Tag, Number);

    /// <summary>Equality of all parts.</summary>
    public static bool operator ==(Gtid left, Gtid right) => left.Equals(right);

    /// <summary>Inequality of any part.</summary>
    public static bool operator !=(Gtid left, Gtid right) => !left.Equals(right);

    internal static bool IsTag(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxTagLength || char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}
