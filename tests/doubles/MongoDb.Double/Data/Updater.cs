using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>Applies the update operators that the tests use and records the change as a server logs it.</summary>
internal sealed class Updater
{
    private readonly Doc _document;
    private readonly UpdateDescription _changes = new();
    private readonly bool _inserting;

    private Updater(Doc document, bool inserting)
    {
        _document = document;
        _inserting = inserting;
    }

    /// <summary>The new state, and the description; null where the update replaces the whole document.</summary>
    public static (Doc After, UpdateDescription? Changes) Apply(Doc before, object? update, bool inserting = false)
    {
        if (update is List<object?> pipeline)
        {
            Doc piped = Pipeline.Transform(before.Clone(), pipeline.OfType<Doc>());
            return (piped, DocDiff.Between(before, piped));
        }

        Doc operators = update as Doc ?? throw new CommandError(9, "Update argument must be either an object or an array");
        if (operators.Count == 0 || !operators.At(0).Key.StartsWith('$'))
        {
            return (Replace(before, operators), null);
        }

        var updater = new Updater(before.Clone(), inserting);
        foreach ((string name, object? fields) in operators)
        {
            foreach ((string path, object? operand) in fields as Doc
                ?? throw new CommandError(9, $"Modifiers operate on fields, {name} got none"))
            {
                updater.Operate(name, path, operand);
            }
        }

        return DocOrder.Same(before["_id"], updater._document["_id"]) || inserting
            ? (updater._document, updater._changes)
            : throw new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
    }

    private static Doc Replace(Doc before, Doc replacement)
    {
        var after = new Doc();
        object? id = before.Has("_id") ? before["_id"] : replacement["_id"];
        if (before.Has("_id") || replacement.Has("_id"))
        {
            after.Add("_id", id);
        }

        foreach ((string name, object? value) in replacement.Where(element => element.Key != "_id"))
        {
            after.Add(name, Doc.CloneValue(value));
        }

        return after;
    }

    private void Operate(string name, string path, object? operand)
    {
        switch (name)
        {
            case "$set":
            case "$setOnInsert" when _inserting:
                Set(path, operand);
                break;
            case "$setOnInsert":
                break;
            case "$unset":
                if (DocPath.Remove(_document, path) is { } removed)
                {
                    _changes.Remove(removed);
                }

                break;
            case "$inc":
                Set(path, Expression.Add(DocPath.Get(_document, path) ?? 0, operand));
                break;
            case "$max" when DocOrder.Instance.Compare(operand, DocPath.Get(_document, path)) > 0:
            case "$min" when DocOrder.Instance.Compare(operand, DocPath.Get(_document, path)) < 0:
                Set(path, operand);
                break;
            case "$max" or "$min":
                break;
            case "$rename":
                Rename(path, operand as string ?? "");
                break;
            case "$push":
                Push(path, operand);
                break;
            case "$pop":
                Reset(path, array => [.. operand is -1 or -1L or -1.0 ? array.Skip(1) : array.SkipLast(1)]);
                break;
            case "$pull":
                Reset(path, array => [.. array.Where(item => !DocOrder.Same(item, operand))]);
                break;
            default:
                throw new CommandError(9, $"Unknown modifier: {name}");
        }
    }

    private void Set(string path, object? value)
    {
        object?[] old = [.. DocPath.Find(_document, path)];
        bool same = old.Length == 1 && DocWriter.TypeOf(old[0]) == DocWriter.TypeOf(value) && DocOrder.Same(old[0], value);
        object[] components = DocPath.Set(_document, path, value);
        if (!same)
        {
            _changes.Set(components, DocPath.At(_document, components));
        }
    }

    private void Rename(string path, string to)
    {
        object?[] value = [.. DocPath.Find(_document, path)];
        if (value.Length > 0 && DocPath.Remove(_document, path) is { } removed)
        {
            _changes.Remove(removed);
            Set(to, value[0]);
        }
    }

    // An appended item is logged at its place; with $slice the whole array is.
    private void Push(string path, object? operand)
    {
        var items = (operand as Doc)?.Array("$each") ?? [operand];
        if (operand is Doc modifiers && modifiers.Number("$slice") is { } slice)
        {
            Reset(path, array => [.. slice < 0 ? array.Concat(items).TakeLast((int)-slice) : array.Concat(items).Take((int)slice)]);
            return;
        }

        if (DocPath.Get(_document, path) is not List<object?> array)
        {
            Set(path, items);
            return;
        }

        foreach (object? item in items)
        {
            Set($"{path}.{array.Count}", item);
        }
    }

    private void Reset(string path, Func<List<object?>, List<object?>> change)
    {
        Set(path, change(DocPath.Get(_document, path) as List<object?> ?? []));
    }
}
