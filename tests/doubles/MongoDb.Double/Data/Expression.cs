using System.Globalization;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>The aggregation expressions that the tests use.</summary>
internal static class Expression
{
    /// <exception cref="CommandError">The double does not know the expression.</exception>
    public static object? Evaluate(Doc root, object? expression) => expression switch
    {
        "$$ROOT" or "$$CURRENT" => root,
        string path when path.StartsWith("$$ROOT.", StringComparison.Ordinal) => DocPath.Get(root, path[7..]),
        string path when path.StartsWith('$') && path.Length > 1 => DocPath.Get(root, path[1..]),
        Doc { Count: 1 } call when call.At(0).Key.StartsWith('$') => Call(root, call.At(0).Key, call.At(0).Value),
        Doc fields => fields.Aggregate(new Doc(), (made, field) => made.AddAlways(field.Key, Evaluate(root, field.Value))),
        List<object?> items => items.ConvertAll(item => Evaluate(root, item)),
        _ => expression,
    };

    /// <summary>Adds numbers with BSON's widening.</summary>
    public static object Add(object? left, object? right) => (left, right) switch
    {
        (double or int or long, double) or (double, int or long) =>
            Convert.ToDouble(left, CultureInfo.InvariantCulture) + Convert.ToDouble(right, CultureInfo.InvariantCulture),
        (int a, int b) when (long)a + b is >= int.MinValue and <= int.MaxValue => a + b,
        (int or long, int or long) =>
            Convert.ToInt64(left, CultureInfo.InvariantCulture) + Convert.ToInt64(right, CultureInfo.InvariantCulture),
        _ => throw new CommandError(14, "Cannot add values that are no numbers"),
    };

    /// <summary>True of everything but false, null and zero.</summary>
    public static bool IsTrue(object? value) => value is not (null or false or 0 or 0L or 0.0 or DocMarker.Undefined);

    // Comparisons of expressions are across all types, unlike those of filters.
    private static bool Compare(string name, int order) => name switch
    {
        "$eq" => order == 0,
        "$ne" => order != 0,
        "$gt" => order > 0,
        "$gte" => order >= 0,
        "$lt" => order < 0,
        _ => order <= 0,
    };

    private static object? Call(Doc root, string name, object? operand)
    {
        List<object?> Operands() => operand as List<object?> ?? throw new CommandError(16020, $"Expression {name} takes an array");
        switch (name)
        {
            case "$literal":
                return operand;
            case "$setField":
                return SetField(root, operand as Doc ?? []);
            case "$unsetField":
                Doc without = (Evaluate(root, (operand as Doc)?["input"]) as Doc ?? []).Clone();
                without.Remove((operand as Doc)?.Text("field") ?? "");
                return without;
            case "$slice":
                int count = Convert.ToInt32(Operands()[1], CultureInfo.InvariantCulture);
                return (Evaluate(root, Operands()[0]) as List<object?>)?.Take(count).ToList();
            case "$concatArrays":
                return Operands().SelectMany(item => Evaluate(root, item) as List<object?> ?? []).ToList();
            case "$add":
                return Operands().Select(item => Evaluate(root, item)).Aggregate<object?, object>(0, Add);
            case "$eq" or "$ne" or "$gt" or "$gte" or "$lt" or "$lte" when Operands() is [var left, var right]:
                return Compare(name, DocOrder.Instance.Compare(Evaluate(root, left), Evaluate(root, right)));
            case "$and":
                return Operands().All(item => IsTrue(Evaluate(root, item)));
            case "$or":
                return Operands().Any(item => IsTrue(Evaluate(root, item)));
            case "$ifNull":
                return Operands().Select(item => Evaluate(root, item)).FirstOrDefault(value => value is not null);
            default:
                throw new CommandError(168, $"Unrecognized expression '{name}'");
        }
    }

    private static Doc SetField(Doc root, Doc call)
    {
        Doc made = (Evaluate(root, call["input"]) as Doc ?? []).Clone();
        string field = Evaluate(root, call["field"]) as string
            ?? throw new CommandError(4161102, "$setField requires 'field' to be a string");
        made[field] = Evaluate(root, call["value"]);
        return made;
    }

    private static Doc AddAlways(this Doc document, string name, object? value)
    {
        document.Add(name, value);
        return document;
    }
}
