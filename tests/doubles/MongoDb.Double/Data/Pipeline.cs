using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>The aggregation stages that the tests use.</summary>
internal static class Pipeline
{
    private static readonly HashSet<string> _known =
    [
        "$match", "$project", "$set", "$addFields", "$unset", "$replaceRoot", "$replaceWith", "$sort", "$skip", "$limit", "$count",
        "$group", "$changeStream", "$changeStreamSplitLargeEvent", "$collStats", "$listSessions",
    ];

    /// <exception cref="CommandError">A stage is unknown.</exception>
    public static void Validate(IEnumerable<Doc> stages)
    {
        foreach (Doc stage in stages)
        {
            if (stage.Count != 1)
            {
                throw new CommandError(40323, "A pipeline stage specification object must contain exactly one field.");
            }

            if (!_known.Contains(stage.At(0).Key))
            {
                throw new CommandError(40324, $"Unrecognized pipeline stage name: '{stage.At(0).Key}'");
            }
        }
    }

    /// <summary>Runs stages that pass or change one document; null where a <c>$match</c> drops it.</summary>
    public static Doc? Run(Doc document, IEnumerable<Doc> stages)
    {
        Doc? current = document;
        foreach (Doc stage in stages)
        {
            (string name, object? operand) = stage.At(0);
            if (name == "$match")
            {
                current = Filter.Matches(operand as Doc, current) ? current : null;
            }
            else
            {
                current = Transform(current, name, operand);
            }

            if (current is null)
            {
                return null;
            }
        }

        return current;
    }

    /// <summary>Runs the stages that an update may have.</summary>
    public static Doc Transform(Doc document, IEnumerable<Doc> stages) =>
        stages.Aggregate(document, (current, stage) => Transform(current, stage.At(0).Key, stage.At(0).Value));

    /// <summary>Runs all stages over a collection's documents.</summary>
    public static IEnumerable<Doc> Run(IEnumerable<Doc> documents, IEnumerable<Doc> stages)
    {
        foreach (Doc stage in stages)
        {
            (string name, object? operand) = stage.At(0);
            IEnumerable<Doc> input = documents;
            documents = name switch
            {
                "$match" => input.Where(document => Filter.Matches(operand as Doc, document)),
                "$sort" => Sort(input, operand as Doc),
                "$skip" => input.Skip((int)(stage.Number(name) ?? 0)),
                "$limit" => input.Take((int)(stage.Number(name) ?? 0)),
                "$count" => Count(input, operand as string ?? "count"),
                "$group" => Group(input, operand as Doc ?? []),
                _ => input.Select(document => Transform(document, name, operand)),
            };
        }

        return documents;
    }

    /// <summary>Orders by dotted fields; stable, null orders nothing.</summary>
    public static IEnumerable<Doc> Sort(IEnumerable<Doc> documents, Doc? by, DocOrder? order = null)
    {
        order ??= DocOrder.Instance;
        IOrderedEnumerable<Doc>? sorted = null;
        foreach ((string path, object? direction) in by ?? [])
        {
            bool down = direction is -1 or -1L or -1.0;
            object? Key(Doc document) => path == "$natural" ? null : DocPath.Get(document, path);
            sorted = (sorted, down) switch
            {
                (null, false) => documents.OrderBy(Key, order),
                (null, true) => documents.OrderByDescending(Key, order),
                (not null, false) => sorted.ThenBy(Key, order),
                (not null, true) => sorted.ThenByDescending(Key, order),
            };
        }

        return sorted ?? documents;
    }

    /// <summary>Keeps or drops fields, as find's projection and <c>$project</c> do.</summary>
    public static Doc Project(Doc document, Doc? projection)
    {
        if (projection is null || projection.Count == 0)
        {
            return document;
        }

        bool Keeps(KeyValuePair<string, object?> field) => field.Value is not (false or 0 or 0L or 0.0);
        bool including = projection.Any(field => field.Key != "_id" && Keeps(field)) || (projection.Count == 1 && Keeps(projection.At(0)));
        if (!including)
        {
            Doc copy = document.Clone();
            foreach (string path in projection.Names)
            {
                DocPath.Remove(copy, path);
            }

            return copy;
        }

        var kept = new Doc();
        if (document.Has("_id") && (!projection.Has("_id") || projection.Flag("_id")))
        {
            kept.Add("_id", document["_id"]);
        }

        foreach ((string path, object? value) in projection.Where(field => field.Key != "_id" && Keeps(field)))
        {
            object?[] found = value is true or int or long or double
                ? [.. DocPath.Find(document, path)]
                : [Expression.Evaluate(document, value)];
            if (found.Length > 0)
            {
                DocPath.Set(kept, path, found[0]);
            }
        }

        return kept;
    }

    private static Doc Transform(Doc document, string stage, object? operand)
    {
        switch (stage)
        {
            case "$project":
                return Project(document, operand as Doc);
            case "$set" or "$addFields":
                Doc changed = document.Clone();
                foreach ((string path, object? expression) in operand as Doc ?? [])
                {
                    DocPath.Set(changed, path, Expression.Evaluate(document, expression));
                }

                return changed;
            case "$unset":
                Doc copy = document.Clone();
                foreach (string path in operand is List<object?> list ? list.OfType<string>() : [operand as string ?? ""])
                {
                    DocPath.Remove(copy, path);
                }

                return copy;
            case "$replaceWith":
                return Expression.Evaluate(document, operand) as Doc ?? throw new CommandError(40228, "'newRoot' must be an object");
            case "$replaceRoot":
                return Transform(document, "$replaceWith", (operand as Doc)?["newRoot"]);
            case "$collStats":
                return document;
            default:
                throw new CommandError(40324, $"Stage '{stage}' is not played here");
        }
    }

    private static IEnumerable<Doc> Count(IEnumerable<Doc> documents, string name)
    {
        int count = documents.Count();
        return count == 0 ? [] : [new Doc { { name, count } }];
    }

    // Enough for the count that drivers send: { _id: <expression>, n: { $sum: 1 } }.
    private static IEnumerable<Doc> Group(IEnumerable<Doc> documents, Doc operand)
    {
        object? id = operand["_id"];
        foreach (IGrouping<string, Doc> group in documents.GroupBy(document => DocJson.Write(Expression.Evaluate(document, id))))
        {
            var made = new Doc { { "_id", Expression.Evaluate(group.First(), operand["_id"]) } };
            foreach ((string name, object? accumulator) in operand.Where(field => field.Key != "_id"))
            {
                object? summand = (accumulator as Doc)?["$sum"] ?? throw new CommandError(15952, $"unknown group operator for '{name}'");
                IEnumerable<object?> values = group.Select(document => Expression.Evaluate(document, summand));
                made.Add(name, values.Aggregate<object?, object>(0, Expression.Add));
            }

            yield return made;
        }
    }
}
