namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>Draws the words of random statements.</summary>
/// <param name="random">Decides.</param>
public sealed class GrammarWords(Random random)
{
    private static readonly string[] _plain = ["a", "b", "c", "d", "e", "f"];

    // No reserved words: each may be a name without quotes.
    private static readonly string[] _keywords =
    [
        "first", "after", "comment", "vector", "value", "visible", "invisible", "storage", "engine", "date", "time", "bit", "enum", "json",
            "text",
        "start", "end", "begin", "type", "no", "national", "nchar", "byte", "ascii", "unicode", "columns", "partitions", "enforced",
            "history", "action",
        "charset", "names", "sequence", "any", "year", "encryption", "algorithm", "validation", "serial", "at", "status",
    ];

    private static readonly string[] _quoted = ["`a b`", "`select`", "`ключ`", "`x``y`", "`1`", "`primary`", "`1e5`", "`it's`", "`a,b`",
        "`q)`"];

    /// <summary>True if double quotes may enclose names.</summary>
    public bool HasAnsiQuotes { get; set; }

    /// <summary>Returns a number from 0 to below a limit.</summary>
    public int Next(int limit) => random.Next(limit);

    /// <summary>Returns true once in a number of times.</summary>
    public bool OneIn(int times) => random.Next(times) == 0;

    /// <summary>Returns one of some texts.</summary>
    public string Any(params ReadOnlySpan<string> texts) => texts[random.Next(texts.Length)];

    /// <summary>Returns one of some texts.</summary>
    public string Of(IReadOnlyList<string> texts) => texts[random.Next(texts.Count)];

    /// <summary>Returns a text once in a number of times, otherwise nothing.</summary>
    public string Maybe(int times, string text) => OneIn(times) ? text : "";

    /// <summary>Returns one of some texts once in a number of times, otherwise nothing.</summary>
    public string MaybeAny(int times, params ReadOnlySpan<string> texts) => OneIn(times) ? Any(texts) : "";

    /// <summary>Returns a new column's name, as it is written.</summary>
    public string NewColumn() => random.Next(10) switch
    {
        < 7 => Any(_plain),
        < 9 => Any(_keywords),
        _ => Any(_quoted),
    };

    /// <summary>Returns a new column's name that mostly is none of some names.</summary>
    public string NewColumn(IReadOnlyList<string> others)
    {
        string name = NewColumn();
        for (int i = 0; i < 10 && !OneIn(40) && others.Any(other => other.Trim('`', '"').Equals(name.Trim('`'),
            StringComparison.OrdinalIgnoreCase)); i++)
        {
            name = NewColumn();
        }

        return name;
    }

    /// <summary>Writes the name of something that exists, with or without quotes, in any case.</summary>
    public string Quote(string name, bool keepsCase = false)
    {
        string cased = keepsCase || !OneIn(6) ? name : name.ToUpperInvariant();
        return _plain.Contains(name, StringComparer.Ordinal) && !OneIn(4) ? cased
            : HasAnsiQuotes && OneIn(2) ? $"\"{cased.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : $"`{cased.Replace("`", "``", StringComparison.Ordinal)}`";
    }

    /// <summary>Joins some of a drawn kind.</summary>
    public string List(int least, int most, Func<string> draw) => string.Join(Any(", ", ","), Enumerable.Range(0, random.Next(least, most
        + 1)).Select(_ => draw()));

    /// <summary>Returns some distinct items in a random order; at least one.</summary>
    public List<T> Some<T>(IReadOnlyList<T> items, int most)
    {
        T[] all = [.. items];
        random.Shuffle(all);
        return [.. all.Take(random.Next(1, most + 1))];
    }
}
