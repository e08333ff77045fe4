using System.Globalization;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>Dotted paths through documents and arrays.</summary>
internal static class DocPath
{
    /// <summary>The values at a path; several where it goes through arrays, none where it ends in nothing.</summary>
    public static IEnumerable<object?> Find(object? root, string path) => Find(root, path.Split('.'), 0);

    /// <summary>The one value at a path, null where there is none.</summary>
    public static object? Get(object? root, string path) => Find(root, path).FirstOrDefault();

    /// <summary>
    /// Sets a value, making documents on the way. Returns the components of what is new, as a server logs it: where documents had to be
    /// made, the path of the first of them.
    /// </summary>
    public static object[] Set(Doc root, string path, object? value)
    {
        (object? parent, object[] components, int made) = Walk(root, path.Split('.'), create: true);
        switch (parent)
        {
            case Doc document:
                document[(string)components[^1]] = Doc.CloneValue(value);
                break;
            case List<object?> array when components[^1] is int place:
                while (array.Count <= place)
                {
                    array.Add(null);
                }

                array[place] = Doc.CloneValue(value);
                break;
            default:
                throw new CommandError(28, $"Cannot create field '{path}' in this element");
        }

        return components[..made];
    }

    /// <summary>The value at components that <see cref="Set"/> returned.</summary>
    public static object? At(Doc root, object[] components) => components.Aggregate<object, object?>(root, Child);

    /// <summary>Removes a field; null where there is none. A place in an array becomes null, as on a server.</summary>
    public static object[]? Remove(Doc root, string path)
    {
        (object? parent, object[] components, _) = Walk(root, path.Split('.'), create: false);
        if (parent is Doc document && components[^1] is string name && document.Remove(name))
        {
            return components;
        }

        if (parent is List<object?> array && components[^1] is int place && place < array.Count)
        {
            array[place] = null;
            return components;
        }

        return null;
    }

    private static (object? Parent, object[] Components, int Made) Walk(Doc root, string[] names, bool create)
    {
        var components = new object[names.Length];
        object? current = root;
        int made = names.Length;
        for (int i = 0; i < names.Length; i++)
        {
            components[i] = current is List<object?> && int.TryParse(names[i], CultureInfo.InvariantCulture, out int at) ? at : names[i];
            if (i == names.Length - 1)
            {
                break;
            }

            object? next = Child(current, components[i]);
            if (next is null && create && current is Doc document)
            {
                next = document[names[i]] = new Doc();
                made = Math.Min(made, i + 1);
            }

            current = next;
        }

        return (current, components, made);
    }

    private static object? Child(object? parent, object component) => (parent, component) switch
    {
        (Doc document, string name) => document[name],
        (List<object?> array, int at) when at >= 0 && at < array.Count => array[at],
        _ => null,
    };

    private static IEnumerable<object?> Find(object? value, string[] names, int at)
    {
        if (at == names.Length)
        {
            return [value];
        }

        if (value is Doc document)
        {
            return document.Has(names[at]) ? Find(document[names[at]], names, at + 1) : [];
        }

        if (value is List<object?> array)
        {
            IEnumerable<object?> inside = array.OfType<Doc>().SelectMany(item => Find(item, names, at));
            return int.TryParse(names[at], CultureInfo.InvariantCulture, out int place) && place >= 0 && place < array.Count
                ? Find(array[place], names, at + 1).Concat(inside)
                : inside;
        }

        return [];
    }
}
