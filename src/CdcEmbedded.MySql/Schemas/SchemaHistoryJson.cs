using System.Buffers;
using System.Text;
using System.Text.Json;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The note that keeps a <see cref="SchemaHistory"/>: a base, and the versions that were appended to it.</summary>
/// <remarks><code>{"v":1,"at":offset,"base":catalogue,"versions":[{"gtid":id,"file":name,"pos":n,
///  "tables":[{"db":name,"table":name,"def":definition,"unknown":true}],"databases":[{"db":name,"charset":name}]}]}</code></remarks>
internal static class SchemaHistoryJson
{
    private const int Version = 1;

    /// <summary>The note.</summary>
    /// <exception cref="InvalidOperationException">The history has no base.</exception>
    public static string Write(SchemaHistory history)
    {
        var position = history.BasePosition ?? throw new InvalidOperationException("The history has no base.");
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, Version);
            writer.WritePropertyName("at"u8);
            writer.WriteRawValue(position.ToOffset().ToString());
            writer.WritePropertyName("base"u8);
            SchemaCatalogueJson.Write(writer, history.Base);
            writer.WriteStartArray("versions"u8);
            foreach (var version in history.Versions)
            {
                Write(writer, version);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A version, as it is appended to the note.</summary>
    public static string Write(SchemaVersion version)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, version);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads a note at an offset.</summary>
    /// <param name="note">The base, then the versions that were appended to it.</param>
    /// <param name="offset">Where reading begins.</param>
    /// <param name="appended">How many of the appended versions are before the offset.</param>
    /// <returns>Null where it says nothing of the offset: that is before its base, or another server's.</returns>
    /// <exception cref="OffsetFormatException">It is damaged.</exception>
    public static SchemaHistory? Read(IReadOnlyList<string> note, BinlogPosition offset, out int appended)
    {
        appended = 0;
        try
        {
            using var document = JsonDocument.Parse(note[0]);
            var root = document.RootElement;
            if (root.GetProperty("v").GetInt32() is not Version and var version)
            {
                throw new OffsetFormatException($"The stored table schemas have version {version}; this version of CdcEmbedded reads "
                    + $"{Version}. A newer CdcEmbedded wrote them.");
            }

            var position = BinlogPosition.Read(CdcOffset.Parse(root.GetProperty("at").GetRawText()));
            var versions = new List<SchemaVersion>();
            foreach (var element in root.GetProperty("versions").EnumerateArray())
            {
                versions.Add(ReadVersion(element));
            }

            var inBase = versions.Count;
            for (var i = 1; i < note.Count; i++)
            {
                using var part = JsonDocument.Parse(note[i]);
                versions.Add(ReadVersion(part.RootElement));
            }

            var history = SchemaHistory.Resume(SchemaCatalogueJson.Read(root.GetProperty("base")), position, versions, inBase, offset);
            appended = Math.Max(0, (history?.Versions.Count ?? 0) - inBase);
            return history;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException
            or KeyNotFoundException or ArgumentException)
        {
            throw new OffsetFormatException($"The stored table schemas are damaged: {e.Message} Delete them (the keys that begin with the "
                + $"engine's name and '/{SchemaHistory.Topic}'); they are then read from the server again.", e);
        }
    }

    private static void Write(Utf8JsonWriter writer, SchemaVersion version)
    {
        writer.WriteStartObject();
        PositionJson.Write(writer, version.Mark);
        writer.WriteStartArray("tables"u8);
        foreach (var (database, table, definition, isUnknown) in version.Tables)
        {
            writer.WriteStartObject();
            writer.WriteString("db"u8, database);
            writer.WriteString("table"u8, table);
            if (definition is not null)
            {
                writer.WritePropertyName("def"u8);
                SchemaCatalogueJson.Write(writer, definition);
            }
            else if (isUnknown)
            {
                writer.WriteBoolean("unknown"u8, true);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("databases"u8);
        foreach (var (database, characterSet) in version.Databases)
        {
            writer.WriteStartObject();
            writer.WriteString("db"u8, database);
            writer.WriteString("charset"u8, characterSet);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static SchemaVersion ReadVersion(JsonElement element)
    {
        var tables = new List<TableVersion>();
        foreach (var table in element.GetProperty("tables").EnumerateArray())
        {
            tables.Add(new TableVersion(table.GetProperty("db").GetString() ?? "", table.GetProperty("table").GetString() ?? "",
                table.TryGetProperty("def", out var definition) ? SchemaCatalogueJson.ReadTable(definition) : null,
                    table.TryGetProperty("unknown", out _)));
        }

        var databases = new List<(string, string?)>();
        foreach (var database in element.GetProperty("databases").EnumerateArray())
        {
            databases.Add((database.GetProperty("db").GetString() ?? "", database.GetProperty("charset").GetString()));
        }

        return new SchemaVersion(PositionJson.ReadMark(element), tables, databases);
    }
}
