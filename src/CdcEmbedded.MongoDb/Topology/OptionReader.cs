using System.Globalization;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Takes options of a connection string one by one, warns of values that are not usable and of options that nobody asked
/// for.</summary>
/// <remarks>As the specification "URI Options" wants it: a wrong value warns and counts as not written; it does not fail.</remarks>
internal sealed class OptionReader
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];

    /// <summary>Starts with the options of a string.</summary>
    public OptionReader(IEnumerable<KeyValuePair<string, string>> options)
    {
        foreach (var (name, value) in options)
        {
            if (!_values.TryGetValue(name, out var values))
            {
                _values[name] = values = [];
            }

            values.Add(value);
        }
    }

    /// <summary>What could not be used, for the log.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Whether the option is written.</summary>
    public bool Has(string name) => _values.ContainsKey(name.ToLowerInvariant());

    /// <summary>All values of an option that may be repeated, still encoded.</summary>
    public IReadOnlyList<string> All(string name) => _values.Remove(name.ToLowerInvariant(), out var values) ? values : [];

    /// <summary>The value of an option, still encoded; null where it is not written.</summary>
    public string? Raw(string name)
    {
        var values = All(name);
        if (values.Count > 1)
        {
            Warn(name, "is written more than once; the first value counts");
        }

        return values.Count == 0 ? null : values[0];
    }

    /// <summary>The decoded value of an option; null where it is not written.</summary>
    public string? Text(string name)
    {
        var value = Raw(name);
        if (value is not { Length: 0 })
        {
            return value is null ? null : MongoUri.Decode(value, $"the value of {name}");
        }

        Warn(name, "has no value");
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Boolean(string name)
    {
        switch (Raw(name))
        {
            case null: return null;
            case "true": return true;
            case "false": return false;
            default:
                Warn(name, "must be true or false");
                return null;
        }
    }

    /// <summary>A whole number of at least <paramref name="least"/> and at most <paramref name="most"/>.</summary>
    public int? Integer(string name, int least, int most = int.MaxValue)
    {
        var value = Raw(name);
        if (value is null)
        {
            return null;
        }

        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most)
        {
            return number;
        }

        Warn(name, string.Create(CultureInfo.InvariantCulture,
            $"must be a whole number of at least {least}{(most == int.MaxValue ? "" : $" and at most {most}")}"));
        return null;
    }

    /// <summary>A time in milliseconds, not negative.</summary>
    public TimeSpan? Milliseconds(string name, int least = 0)
        => Integer(name, least) is { } value ? TimeSpan.FromMilliseconds(value) : null;

    /// <summary>Names and values of the form <c>a:b,c:d</c>; null where one part is not.</summary>
    public static Dictionary<string, string>? Pairs(string value, string name)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in value.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0)
            {
                return null;
            }

            pairs[MongoUri.Decode(part[..colon], name)] = MongoUri.Decode(part[(colon + 1)..], name);
        }

        return pairs;
    }

    /// <summary>Notes a warning of one option.</summary>
    public void Warn(string name, string complaint) => _warnings.Add($"The option {name} of the connection string {complaint}.");

    /// <summary>Warns of all options that were not taken.</summary>
    public void WarnOfTheRest()
    {
        foreach (var name in _values.Keys)
        {
            Warn(name, "is not known here and has no effect");
        }
    }
}
