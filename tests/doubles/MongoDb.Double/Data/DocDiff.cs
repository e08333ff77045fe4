using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>
/// The difference of two states of a document, as a server logs it for updates by pipeline: fields in nested documents one by one, arrays
/// by place, a shorter array as truncated.
/// </summary>
internal static class DocDiff
{
    public static UpdateDescription Between(Doc before, Doc after)
    {
        var description = new UpdateDescription();
        Documents(description, [], before, after);
        return description;
    }

    private static void Documents(UpdateDescription description, object[] path, Doc before, Doc after)
    {
        foreach (string removed in before.Names.Where(name => !after.Has(name)))
        {
            description.Remove([.. path, removed]);
        }

        foreach ((string name, object? value) in after)
        {
            if (!before.Has(name))
            {
                description.Set([.. path, name], value);
            }
            else
            {
                Values(description, [.. path, name], before[name], value);
            }
        }
    }

    private static void Values(UpdateDescription description, object[] path, object? before, object? after)
    {
        if (before is Doc oldDocument && after is Doc newDocument)
        {
            Documents(description, path, oldDocument, newDocument);
        }
        else if (before is List<object?> oldArray && after is List<object?> newArray)
        {
            Arrays(description, path, oldArray, newArray);
        }
        else if (DocWriter.TypeOf(before) != DocWriter.TypeOf(after) || !DocOrder.Same(before, after))
        {
            description.Set(path, after);
        }
    }

    private static void Arrays(UpdateDescription description, object[] path, List<object?> before, List<object?> after)
    {
        if (after.Count < before.Count)
        {
            description.Truncate(path, after.Count);
        }

        for (int i = 0; i < after.Count; i++)
        {
            if (i >= before.Count)
            {
                description.Set([.. path, i], after[i]);
            }
            else
            {
                Values(description, [.. path, i], before[i], after[i]);
            }
        }
    }
}
