using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CdcEmbedded.Offsets;

/// <summary>The text of an offset, version 2.</summary>
/// <remarks>
/// <para><c>{"v":2,"source":{"kind":"mysql","id":"…"},"position":{…},"transaction":{"id":"…","total":3,"tables":[["shop","orders",2],
/// ["shop","lines",1]]},"snapshot":{…},
/// "notes":{"schema":"key:7"}}</c>. <c>id</c> is absent where the source has none, <c>transaction</c> outside of one,
/// <c>snapshot</c> where there is no snapshot state. Several transactions that are open at once, which only sharded clusters have, are an
/// array of such objects.</para>
/// <para>In version 1 each adapter wrote the whole text: <c>source</c> is the kind, and everything else the adapter's own. It is read,
/// never written.</para>
/// </remarks>
internal static class OffsetEnvelope
{
    public const int Version = 2;

    /// <summary>How the last part of an offset begins, which names notes of the source.</summary>
    public const string NotesBegin = ",\"notes\":{";

    // None of it goes into HTML: names and GTIDs stay readable.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the offset of a place.</summary>
    /// <param name="connector">The kind of source.</param>
    /// <param name="sourceId">Its identity; null for none.</param>
    /// <param name="writePosition">Writes the properties of its position.</param>
    /// <param name="open">The open transactions.</param>
    /// <param name="snapshot">The snapshot state as JSON; null for none.</param>
    /// <param name="notes">Which notes of the source belong to it, as JSON; null for none.</param>
    public static CdcOffset Write(string connector, string? sourceId, Action<Utf8JsonWriter> writePosition, TransactionCounters[] open,
        string? snapshot, string? notes)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, Version);
            writer.WriteStartObject("source"u8);
            writer.WriteString("kind"u8, connector);
            if (sourceId is not null)
            {
                writer.WriteString("id"u8, sourceId);
            }

            writer.WriteEndObject();
            writer.WriteStartObject("position"u8);
            writePosition(writer);
            writer.WriteEndObject();
            WriteTransactions(writer, open);
            if (snapshot is not null)
            {
                writer.WritePropertyName("snapshot"u8);
                writer.WriteRawValue(snapshot);
            }

            if (notes is not null)
            {
                writer.WritePropertyName("notes"u8);
                writer.WriteRawValue(notes);
            }

            writer.WriteEndObject();
        }

        return new CdcOffset(Encoding.UTF8.GetString(buffer.WrittenSpan), Version, connector, sourceId);
    }

    /// <summary>The kind and identity of the source.</summary>
    /// <exception cref="FormatException">The text is of an unknown version, or one of its parts is missing or of the wrong
    /// kind.</exception>
    public static (int Version, string Connector, string? SourceId) ReadHead(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("v"u8, out var v) || v.ValueKind != JsonValueKind.Number
            || !v.TryGetInt32(out var version) || !root.TryGetProperty("source"u8, out var source))
        {
            throw new FormatException("it lacks \"v\" or \"source\"");
        }

        switch (version)
        {
            case 1:
                return source.ValueKind == JsonValueKind.String && source.GetString() is { Length: > 0 } name ? (1, name, null)
                    : throw new FormatException("its \"source\" is not the name of a kind of source");
            case Version:
                var (kind, id) = ReadSource(source);
                if (!root.TryGetProperty("position"u8, out var position) || position.ValueKind != JsonValueKind.Object)
                {
                    throw new FormatException("it has no object \"position\"");
                }

                if (root.TryGetProperty("snapshot"u8, out var snapshot) && snapshot.ValueKind != JsonValueKind.Object)
                {
                    throw new FormatException("its \"snapshot\" is not an object");
                }

                RequireTexts(root);
                _ = ReadTransactions(root);
                return (version, kind, id);
            default:
                throw new FormatException($"its version is {version}, and this version of CdcEmbedded reads 1 and {Version}");
        }
    }

    /// <summary>The transactions that were open.</summary>
    /// <exception cref="FormatException">They are damaged.</exception>
    public static TransactionCounters[] ReadTransactions(JsonElement root)
    {
        if (!root.TryGetProperty("transaction"u8, out var transaction))
        {
            return TransactionCounters.None;
        }

        if (transaction.ValueKind != JsonValueKind.Array)
        {
            return [ReadTransaction(transaction)];
        }

        var result = new TransactionCounters[transaction.GetArrayLength()];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = ReadTransaction(transaction[i]);
        }

        return result;
    }

    private static void RequireTexts(JsonElement root)
    {
        if (!root.TryGetProperty("notes"u8, out var notes))
        {
            return;
        }

        if (notes.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("its \"notes\" is not an object");
        }

        foreach (var note in notes.EnumerateObject())
        {
            // Half of a surrogate pair is legal JSON and no text: reading it fails here, and not when the offset is used.
            _ = note.Name;
            if (note.Value.ValueKind != JsonValueKind.String || note.Value.GetString() is null)
            {
                throw new FormatException("one of its \"notes\" is not a text");
            }
        }
    }

    private static (string Kind, string? Id) ReadSource(JsonElement source)
    {
        if (source.ValueKind != JsonValueKind.Object || !source.TryGetProperty("kind"u8, out var kind)
            || kind.ValueKind != JsonValueKind.String
            || kind.GetString() is not { Length: > 0 } name)
        {
            throw new FormatException("its \"source\" has no \"kind\"");
        }

        return !source.TryGetProperty("id"u8, out var id) ? (name, null)
            : id.ValueKind == JsonValueKind.String ? (name, id.GetString())
            : throw new FormatException("its source's \"id\" is not a text");
    }

    private static TransactionCounters ReadTransaction(JsonElement transaction)
    {
        if (transaction.ValueKind != JsonValueKind.Object || !transaction.TryGetProperty("id"u8, out var id)
            || id.ValueKind != JsonValueKind.String
            || !transaction.TryGetProperty("total"u8, out var total) || !TryReadCount(total, out var changes)
            || !transaction.TryGetProperty("tables"u8, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("its \"transaction\" lacks \"id\", \"total\" or \"tables\"");
        }

        var tables = new TableCount[list.GetArrayLength()];
        long sum = 0;
        for (var i = 0; i < tables.Length; i++)
        {
            var table = list[i];
            tables[i] = table.ValueKind == JsonValueKind.Array && table.GetArrayLength() == 3 && table[0].ValueKind == JsonValueKind.String
                && table[1].ValueKind == JsonValueKind.String && TryReadCount(table[2], out var count)
                    ? new TableCount(table[0].GetString() ?? "", table[1].GetString() ?? "", count)
                    : throw new FormatException("a table of its \"transaction\" is not an array of database, table and count");
            sum = unchecked(sum + count);
        }

        return sum == changes ? new TransactionCounters(id.GetString() ?? "", changes, tables)
            : throw new FormatException($"the counts of its \"transaction\" add up to {sum} and not to {changes}");
    }

    private static bool TryReadCount(JsonElement element, out long count)
    {
        count = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out count) && count >= 0;
    }

    private static void WriteTransactions(Utf8JsonWriter writer, TransactionCounters[] open)
    {
        if (open.Length == 0)
        {
            return;
        }

        writer.WritePropertyName("transaction"u8);
        if (open.Length == 1)
        {
            WriteTransaction(writer, open[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (var transaction in open)
        {
            WriteTransaction(writer, transaction);
        }

        writer.WriteEndArray();
    }

    private static void WriteTransaction(Utf8JsonWriter writer, TransactionCounters transaction)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, transaction.Id);
        writer.WriteNumber("total"u8, transaction.Total);
        writer.WriteStartArray("tables"u8);
        foreach (var (database, table, count) in transaction.Tables)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(database);
            writer.WriteStringValue(table);
            writer.WriteNumberValue(count);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
