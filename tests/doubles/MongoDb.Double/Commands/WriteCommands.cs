using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>insert, update, delete and findAndModify.</summary>
internal static class WriteCommands
{
    public static Doc Insert(CommandContext context) => Once(context, () =>
    {
        List<object?> documents = context.Command.Array("documents") ?? throw new CommandError(9, "insert needs documents");
        MongoDoubleOptions options = context.Deployment.Options;
        bool together = options.InsertsShareTime && options.IsAtLeast(8, 0) && documents.Count > 1 && !context.Command.Has("autocommit");
        WriteTransaction? batch = together ? new WriteTransaction(context.Store, null, null) : null;
        DocumentWriter writer = Writer(context, batch);
        Doc reply = Each(context, documents, document => writer.Insert(document) ? 1 : 0, []);
        batch?.Commit();
        return reply;
    });

    public static Doc Update(CommandContext context) => Once(context, () =>
    {
        DocumentWriter writer = Writer(context);
        long modified = 0;
        var upserted = new List<object?>();
        int index = 0;
        Doc reply = Each(context, context.Command.Array("updates") ?? [], statement =>
        {
            UpdateResult result = writer.Update(statement);
            modified += result.Modified;
            if (result.Upserted is { } made)
            {
                upserted.Add(new Doc { { "index", index }, { "_id", made["_id"] } });
            }

            index++;
            return result.Matched + (result.Upserted is null ? 0 : 1);
        }, []);
        reply.Add("nModified", (int)modified);
        return upserted.Count == 0 ? reply : reply.AddUnlessNull("upserted", upserted);
    });

    public static Doc Delete(CommandContext context) => Once(context, () =>
    {
        DocumentWriter writer = Writer(context);
        return Each(context, context.Command.Array("deletes") ?? [],
            statement => writer.Delete(statement.Document("q"), statement.Number("limit") != 1), []);
    });

    public static Doc FindAndModify(CommandContext context) => Once(context, () =>
    {
        Doc command = context.Command;
        DocumentWriter writer = Writer(context);
        Doc? found = writer.FindFirst(command.Document("query"), command.Document("sort"));
        if (command.Flag("remove"))
        {
            if (found is not null)
            {
                writer.Delete(new Doc { { "_id", found["_id"] } }, many: false);
            }

            return Result(found, new Doc { { "n", found is null ? 0 : 1 } }, command);
        }

        var statement = new Doc
        {
            { "q", found is null ? command.Document("query") ?? [] : new Doc { { "_id", found["_id"] } } },
            { "u", command["update"] },
            { "upsert", command.Flag("upsert") },
        };
        UpdateResult result = writer.Update(statement);
        var last = new Doc { { "n", result.Matched + (result.Upserted is null ? 0 : 1) }, { "updatedExisting", result.Matched > 0 } };
        last.AddUnlessNull("upserted", result.Upserted?["_id"]);
        return Result(command.Flag("new") ? result.After : found, last, command);
    });

    private static Doc Result(Doc? value, Doc last, Doc command) => new()
    {
        { "lastErrorObject", last },
        { "value", value is null ? null : Pipeline.Project(value, command.Document("fields")) },
    };

    private static DocumentWriter Writer(CommandContext context, IWriteTarget? target = null)
    {
        bool known = context.Store.Find(context.Database, context.Collection) is { Type: "view" };
        if (known)
        {
            throw new CommandError(166, $"Namespace {context.Database}.{context.Collection} is a view, not a collection");
        }

        target ??= context.Deployment.Transactions.TransactionOf(context);
        target ??= new OutsideWrites(context.Store, context.Deployment.Transactions);
        return new DocumentWriter(target, context.Database, context.Collection, context.Store);
    }

    // A retried write answers as the first time.
    private static Doc Once(CommandContext context, Func<Doc> write)
    {
        if (context.Deployment.Transactions.Replayed(context) is { } before)
        {
            return before;
        }

        Doc reply = write();
        context.Deployment.Transactions.Remember(context, reply);
        return reply;
    }

    private static Doc Each(CommandContext context, List<object?> statements, Func<Doc, long> run, Doc reply)
    {
        long count = 0;
        var errors = new List<object?>();
        for (int i = 0; i < statements.Count; i++)
        {
            try
            {
                count += run(statements[i] as Doc ?? throw new CommandError(14, "a statement must be a document"));
            }
            catch (CommandError e) when (context.Command["autocommit"] is not false)
            {
                errors.Add(new Doc { { "index", i }, { "code", e.Code }, { "errmsg", e.Message } });
                if (context.Command["ordered"] is not false)
                {
                    break;
                }
            }
        }

        reply.Add("n", (int)count);
        return errors.Count == 0 ? reply : reply.AddUnlessNull("writeErrors", errors);
    }
}
