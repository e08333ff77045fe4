using System.Globalization;
using CdcEmbedded;

namespace CdcTail;

/// <summary>What a row must fulfil to be printed: a column, a comparison and a value, such as <c>shop.orders.total&gt;=100</c>.</summary>
/// <remarks>Numbers are compared as numbers, anything else as the text that the program prints. NULL without quotes is null. A row is seen
/// as it is after the change, a deleted one as it was.</remarks>
internal sealed class RowCondition
{
    // The longer ones first: they begin with the shorter ones.
    private static readonly string[] _comparisons = ["!=", "<=", ">=", "=", "<", ">"];

    private readonly string _column;
    private readonly string _comparison;
    private readonly string _value;
    private readonly decimal? _number;

    private RowCondition(string tables, string column, string comparison, string value)
    {
        Tables = tables;
        _column = column;
        _comparison = comparison;
        _value = value;
        _number = decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The pattern of the tables that are concerned.</summary>
    public string Tables { get; }

    /// <summary>Reads a condition.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static RowCondition Parse(string text)
    {
        var at = text.AsSpan().IndexOfAny("!<=>");
        if (at > 0 && Array.Find(_comparisons, one => string.CompareOrdinal(text, at, one, 0, one.Length) == 0) is { } comparison)
        {
            var place = text[..at].Trim();
            var dot = place.LastIndexOf('.');
            if (dot > 0 && dot < place.Length - 1 && place.IndexOf('.', StringComparison.Ordinal) < dot)
            {
                return new RowCondition(place[..dot], place[(dot + 1)..], comparison, text[(at + comparison.Length)..].Trim());
            }
        }

        // Not shown: it may be a connection string at the wrong place.
        throw new UsageException("--where is a column, a comparison (= != < <= > >=) and a value: \"shop.orders.total>=100\".");
    }

    /// <summary>Says if a row is to be printed.</summary>
    public bool Holds(ChangeEvent change)
    {
        var row = change.After.HasValue ? change.After : change.Before;
        if (!row.HasValue)
        {
            // A truncated table has no rows.
            return true;
        }

        var value = row[_column];
        if (value.IsNull || value.IsAbsent || _value == "NULL")
        {
            var isSame = (value.IsNull || value.IsAbsent) && _value == "NULL";
            return _comparison switch
            {
                "=" => isSame,
                "!=" => !isSame,
                _ => false,
            };
        }

        return _comparison switch
        {
            "=" => Compare(value) == 0,
            "!=" => Compare(value) != 0,
            "<" => Compare(value) < 0,
            "<=" => Compare(value) <= 0,
            ">" => Compare(value) > 0,
            _ => Compare(value) >= 0,
        };
    }

    private int Compare(DataValue value)
        => _number is { } number && decimal.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var own)
            ? own.CompareTo(number) : string.CompareOrdinal(value.ToString(), _value);
}
