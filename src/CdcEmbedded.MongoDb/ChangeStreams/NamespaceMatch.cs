using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The stage with which the server leaves out what is not captured.</summary>
/// <remarks>
/// Kept are: an invalidate; an event whose namespace, or new name, an include pattern matches, or any without such patterns; a
/// dropped database that one matches; but for namespaces that an exclude pattern matches.
/// <code>{ $match: { $or: [ { operationType: "invalidate" }, { $and: [ { $or: [ includes ] }, { $nor: [ excludes ] } ] } ] } }</code>
/// </remarks>
internal static class NamespaceMatch
{
    /// <summary>The stage; no document where everything is captured.</summary>
    public static RawBson Create(TableFilter filter)
    {
        if (filter.Include.Count == 0 && filter.Exclude.Count == 0)
        {
            return default;
        }

        var writer = new BsonWriter();
        writer.StartDocument("$match"u8);
        writer.StartArray("$or"u8);
        writer.StartDocument(default);
        writer.WriteString("operationType"u8, "invalidate"u8);
        writer.End();
        writer.StartDocument(default);
        if (filter.Include.Count > 0)
        {
            WriteIncludes(writer, filter.Include);
        }

        if (filter.Exclude.Count > 0)
        {
            writer.StartArray("$nor"u8);
            foreach (var pattern in filter.Exclude)
            {
                WriteNames(writer, "ns", pattern);
            }

            writer.End();
        }

        return writer.ToDocument();
    }

    private static void WriteIncludes(BsonWriter writer, IReadOnlyList<TablePattern> patterns)
    {
        writer.StartArray("$or"u8);
        foreach (var pattern in patterns)
        {
            WriteNames(writer, "ns", pattern);
            WriteNames(writer, "to", pattern);
            writer.StartDocument(default);
            writer.WriteString("operationType"u8, "dropDatabase"u8);
            WriteName(writer, "ns.db", pattern.LiteralDatabase, pattern.DatabaseExpression);
            writer.End();
        }

        writer.End();
    }

    private static void WriteNames(BsonWriter writer, string field, TablePattern pattern)
    {
        writer.StartDocument(default);
        WriteName(writer, field + ".db", pattern.LiteralDatabase, pattern.DatabaseExpression);
        WriteName(writer, field + ".coll", pattern.LiteralTable, pattern.TableExpression);
        writer.End();
    }

    private static void WriteName(BsonWriter writer, string field, string? literal, string expression)
    {
        if (literal is not null)
        {
            writer.WriteString(field, literal);
        }
        else
        {
            writer.WriteRegularExpression(field, expression, "");
        }
    }
}
