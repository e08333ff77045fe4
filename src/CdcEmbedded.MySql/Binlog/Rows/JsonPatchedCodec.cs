using CdcEmbedded.MySql.Binlog.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Prints a JSON column after an update whose row holds the old document and the differences. They are applied when the text is
/// asked for, as the server applies them (sql-common/json_diff.cc, apply_json_diff).</summary>
/// <remarks>The value's bytes extend from the document in the row's before image to the differences in its after image; the bytes between
/// them belong to other columns.</remarks>
/// <param name="table">The table, for messages.</param>
/// <param name="column">The column, for messages.</param>
/// <param name="documentLength">Number of bytes of the document, at the start.</param>
/// <param name="diffsLength">Number of bytes of the differences, at the end.</param>
internal sealed class JsonPatchedCodec(TableMap table, int column, int documentLength, int diffsLength) : ValueCodec
{
    /// <inheritdoc/>
    public override string ToJsonText(ReadOnlySpan<byte> bytes)
    {
        var owned = documentLength + diffsLength;
        var printer = new JsonPrinter(bytes, owned, (int)Math.Min(owned * 2L, int.MaxValue / 2));
        try
        {
            var root = new JsonNode(JsonLocation.OfDocument(bytes, 0, documentLength));
            var reader = new JsonDiffReader(bytes, bytes.Length - diffsLength);
            while (reader.TryRead(out var diff))
            {
                Apply(bytes, root, diff, ref printer);
            }

            root.Print(ref printer, 0);
            return printer.ToText();
        }
        catch (CdcProtocolException e)
        {
            throw JsonPatchCodec.Refusal(table, column, e.Message, e);
        }
        finally
        {
            printer.Dispose();
        }
    }

    private static void Apply(ReadOnlySpan<byte> bytes, JsonNode root, in JsonDiff diff, ref JsonPrinter printer)
    {
        try
        {
            if (!TryApply(bytes, root, diff, ref printer))
            {
                throw new CdcProtocolException(
                    $"{diff.Operation} at '{JsonPatchCodec.PathText(diff.Path)}' does not fit the document before the update.");
            }
        }
        catch (FormatException e)
        {
            throw new CdcProtocolException($"{diff.Operation} at '{JsonPatchCodec.PathText(diff.Path)}' has a malformed path: {e.Message}.",
                innerException: e);
        }
    }

    /// <returns>False if the path leads nowhere, or to a value that must not exist.</returns>
    private static bool TryApply(ReadOnlySpan<byte> bytes, JsonNode root, in JsonDiff diff, ref JsonPrinter printer)
    {
        // Differences never change the document's root: the server logs the whole document then.
        var path = new JsonPath(diff.Path);
        if (path.IsAtEnd)
        {
            return false;
        }

        var node = root;
        for (var depth = 0; ; depth++)
        {
            var leg = path.Next();
            if (node.Open(ref printer, depth) is not { } parts)
            {
                return false;
            }

            if (path.IsAtEnd && diff.Operation == JsonDiffOperation.Insert)
            {
                return parts.TryInsert(bytes, leg, new JsonNode(diff.Value));
            }

            var place = parts.Find(bytes, leg);
            if (place < 0)
            {
                return false;
            }

            if (!path.IsAtEnd)
            {
                node = parts.NodeAt(place);
            }
            else if (diff.Operation == JsonDiffOperation.Replace)
            {
                parts.Replace(place, new JsonNode(diff.Value));
                return true;
            }
            else
            {
                parts.RemoveAt(place);
                return true;
            }
        }
    }
}
