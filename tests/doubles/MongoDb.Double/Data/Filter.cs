using System.Text.RegularExpressions;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>The part of the query language that the tests use: comparisons, $in, $exists, $regex and the logical operators.</summary>
internal static class Filter
{
    /// <exception cref="CommandError">The filter uses an operator that the double does not know.</exception>
    public static bool Matches(Doc? filter, Doc document)
    {
        return filter is null || filter.All(condition => condition.Key switch
        {
            "$and" => Branches(condition.Value).All(branch => Matches(branch, document)),
            "$or" => Branches(condition.Value).Any(branch => Matches(branch, document)),
            "$nor" => !Branches(condition.Value).Any(branch => Matches(branch, document)),
            "$expr" => Expression.IsTrue(Expression.Evaluate(document, condition.Value)),
            "$comment" => true,
            ['$', ..] => throw new CommandError(2, $"unknown top level operator: {condition.Key}"),
            _ => Field([.. DocPath.Find(document, condition.Key)], condition.Value),
        });
    }

    private static IEnumerable<Doc> Branches(object? value) => value is List<object?> list
        ? list.OfType<Doc>()
        : throw new CommandError(2, "$and/$or/$nor must be a nonempty array");

    private static bool Field(List<object?> values, object? condition)
    {
        if (condition is Doc { Count: > 0 } operators && operators.At(0).Key.StartsWith('$'))
        {
            return operators.All(one => Operator(values, one.Key, one.Value, operators));
        }

        return condition is DocRegex regex ? Regexed(values, regex.Pattern, regex.Options) : Equal(values, condition);
    }

    private static bool Operator(List<object?> values, string name, object? operand, Doc all) => name switch
    {
        "$eq" => Equal(values, operand),
        "$ne" => !Equal(values, operand),
        "$in" => Items(operand).Any(item => item is DocRegex regex ? Regexed(values, regex.Pattern, regex.Options) : Equal(values, item)),
        "$nin" => !Items(operand).Any(item => Equal(values, item)),
        "$exists" => (values.Count > 0) == (operand is true or 1 or 1L or 1.0),
        "$gt" => Ordered(values, operand, order => order > 0),
        "$gte" => Ordered(values, operand, order => order >= 0),
        "$lt" => Ordered(values, operand, order => order < 0),
        "$lte" => Ordered(values, operand, order => order <= 0),
        "$not" => !Field(values, operand),
        "$regex" => operand is DocRegex regex
            ? Regexed(values, regex.Pattern, regex.Options)
            : Regexed(values, operand as string ?? "", all.Text("$options") ?? ""),
        "$options" => true,
        _ => throw new CommandError(2, $"unknown operator: {name}"),
    };

    private static bool Equal(List<object?> values, object? wanted)
    {
        if (values.Count == 0)
        {
            return wanted is null;
        }

        return values.Any(value => DocOrder.Same(value, wanted)
            || (value is List<object?> array && array.Any(item => DocOrder.Same(item, wanted))));
    }

    // Comparisons stay within a type bracket: { $gt: 5 } finds no strings.
    private static bool Ordered(List<object?> values, object? bound, Func<int, bool> holds) =>
        values.SelectMany(value => value is List<object?> array ? array.Append(value) : [value])
            .Any(value => (DocOrder.Bracket(value) == DocOrder.Bracket(bound) || bound is DocMarker)
                && holds(DocOrder.Instance.Compare(value, bound)));

    private static bool Regexed(List<object?> values, string pattern, string options)
    {
        RegexOptions flags = options.Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None;
        return values.OfType<string>().Any(value => Regex.IsMatch(value, pattern, flags, TimeSpan.FromSeconds(1)));
    }

    private static List<object?> Items(object? operand) => operand as List<object?> ?? throw new CommandError(2, "$in needs an array");
}
