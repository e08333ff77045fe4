using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>
/// bulkWrite (server 8.0, "bulkWrite" in the manual): inserts, updates and deletes in several collections, each with its own result in
/// the reply's cursor.
/// </summary>
internal static class BulkWriteCommand
{
    public static Doc Run(CommandContext context)
    {
        if (context.Deployment.Transactions.Replayed(context) is { } before)
        {
            return before;
        }

        string[] names = [.. (context.Command.Array("nsInfo") ?? []).OfType<Doc>().Select(info => info.Text("ns") ?? "")];
        bool ordered = context.Command["ordered"] is not false;
        var results = new List<(string Kind, Doc Result)>();
        foreach (Doc operation in (context.Command.Array("ops") ?? throw new CommandError(9, "bulkWrite needs ops")).OfType<Doc>())
        {
            Doc result = Run(context, operation, names, results.Count);
            results.Add((operation.At(0).Key, result));
            if (ordered && result.Has("code"))
            {
                break;
            }
        }

        Doc reply = Reply(context, results);
        context.Deployment.Transactions.Remember(context, reply);
        return reply;
    }

    private static Doc Run(CommandContext context, Doc operation, string[] names, int index)
    {
        try
        {
            DocumentWriter writer = Writer(context, operation, names);
            return operation.At(0).Key switch
            {
                "insert" => Insert(writer, operation, index),
                "update" => Update(writer, operation, index),
                "delete" => Result(index, writer.Delete(operation.Document("filter"), operation.Flag("multi"))),
                _ => throw new CommandError(9, $"Unrecognized bulkWrite operation '{operation.At(0).Key}'"),
            };
        }
        catch (CommandError e) when (context.Command["autocommit"] is not false)
        {
            return new Doc { { "ok", 0.0 }, { "idx", index }, { "code", e.Code }, { "errmsg", e.Message }, { "n", 0 } };
        }
    }

    private static DocumentWriter Writer(CommandContext context, Doc operation, string[] names)
    {
        string full = operation.Number(operation.At(0).Key) is { } at && at >= 0 && at < names.Length
            ? names[at]
            : throw new CommandError(2, "BulkWrite ops entry has an invalid nsInfo index");
        int dot = full.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            ? new DocumentWriter(context.Target, full[..dot], full[(dot + 1)..], context.Store)
            : throw new CommandError(73, $"Invalid namespace specified '{full}'");
    }

    private static Doc Insert(DocumentWriter writer, Doc operation, int index)
    {
        writer.Insert(operation.Document("document") ?? throw new CommandError(9, "an insert needs a document"));
        return Result(index, 1);
    }

    private static Doc Update(DocumentWriter writer, Doc operation, int index)
    {
        UpdateResult result = writer.Update(new Doc
        {
            { "q", operation.Document("filter") }, { "u", operation["updateMods"] }, { "multi", operation.Flag("multi") },
            { "upsert", operation.Flag("upsert") },
        });
        Doc made = Result(index, result.Matched + (result.Upserted is null ? 0 : 1));
        made.Add("nModified", result.Modified);
        return made.AddUnlessNull("upserted", result.Upserted is { } upserted ? new Doc { { "_id", upserted["_id"] } } : null);
    }

    private static Doc Result(int index, int count) => new() { { "ok", 1.0 }, { "idx", index }, { "n", count } };

    private static Doc Reply(CommandContext context, List<(string Kind, Doc Result)> results)
    {
        bool errorsOnly = context.Command.Flag("errorsOnly");
        Doc[] shown = [.. results.Select(one => one.Result).Where(result => !errorsOnly || result.Has("code"))];
        int upserted = results.Count(one => one.Result.Has("upserted"));
        return new Doc
        {
            { "cursor", new Doc { { "id", 0L }, { "firstBatch", shown }, { "ns", "admin.$cmd.bulkWrite" } } },
            { "nErrors", results.Count(one => one.Result.Has("code")) },
            { "nInserted", Sum(results, "insert", "n") },
            { "nMatched", Sum(results, "update", "n") - upserted },
            { "nModified", Sum(results, "update", "nModified") },
            { "nUpserted", upserted },
            { "nDeleted", Sum(results, "delete", "n") },
        };
    }

    private static int Sum(List<(string Kind, Doc Result)> results, string kind, string field) =>
        results.Where(one => one.Kind == kind).Sum(one => (int)(one.Result.Number(field) ?? 0));
}
