using System.Text.Json;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The JSON of tables and of catalogues.</summary>
/// <remarks><code>catalogue: {"nocase":bool,"assumes":true,"lower":true,"plainTimestamps":bool,
///             "databases":{name:charset},"tables":[table],"unknown":[db,table,reason,…]}
/// table: {"db":name,"name":name,"cs":charset,"engine":name,"hash":true,
///         "keys":[{"n":name,"u":true,"h":true,"p":[column,prefix,…]}],"period":[name,start,end],
///         "cols":[{"n":name,"t":type,"null":true,"cs":charset,"key":ordinal,"hidden":true,"end":true,"rest":true}]}</code></remarks>
internal static class SchemaCatalogueJson
{
    /// <summary>Writes a catalogue.</summary>
    public static void Write(Utf8JsonWriter writer, SchemaCatalogue catalogue)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("nocase"u8, catalogue.IgnoresCase);
        if (catalogue.Assumes)
        {
            writer.WriteBoolean("assumes"u8, true);
        }

        if (catalogue.LowersNames)
        {
            writer.WriteBoolean("lower"u8, true);
        }

        if (catalogue.HasPlainTimestamps is { } hasPlainTimestamps)
        {
            writer.WriteBoolean("plainTimestamps"u8, hasPlainTimestamps);
        }

        writer.WriteStartObject("databases"u8);
        foreach (var (database, characterSet) in catalogue.Databases)
        {
            writer.WriteString(database, characterSet);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("tables"u8);
        foreach (var table in catalogue.Tables)
        {
            Write(writer, table);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("unknown"u8);
        foreach (var ((database, table), reason) in catalogue.Unknown)
        {
            writer.WriteStringValue(database);
            writer.WriteStringValue(table);
            writer.WriteStringValue(reason);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Reads a catalogue.</summary>
    public static SchemaCatalogue Read(JsonElement element)
    {
        var result = new SchemaCatalogue(element.GetProperty("nocase").GetBoolean())
        {
            Assumes = element.TryGetProperty("assumes", out _),
            LowersNames = element.TryGetProperty("lower", out _),
            HasPlainTimestamps = element.TryGetProperty("plainTimestamps", out var plain) ? plain.GetBoolean() : null,
        };
        foreach (var database in element.GetProperty("databases").EnumerateObject())
        {
            result.SetDatabase(database.Name, database.Value.GetString() ?? "");
        }

        foreach (var table in element.GetProperty("tables").EnumerateArray())
        {
            result.Set(ReadTable(table));
        }

        var unknown = element.GetProperty("unknown");
        for (var i = 0; i + 2 < unknown.GetArrayLength(); i += 3)
        {
            result.MarkUnknown(unknown[i].GetString() ?? "", unknown[i + 1].GetString() ?? "", unknown[i + 2].GetString() ?? "");
        }

        return result;
    }

    /// <summary>Writes a table.</summary>
    public static void Write(Utf8JsonWriter writer, TableDefinition table)
    {
        writer.WriteStartObject();
        writer.WriteString("db"u8, table.Database);
        writer.WriteString("name"u8, table.Name);
        writer.WriteString("cs"u8, table.CharacterSet);
        writer.WriteString("engine"u8, table.Engine);
        if (table.MayHashKeys)
        {
            writer.WriteBoolean("hash"u8, true);
        }

        if (table.Period is { } period)
        {
            writer.WriteStartArray("period"u8);
            writer.WriteStringValue(period.Name);
            writer.WriteStringValue(period.Start);
            writer.WriteStringValue(period.End);
            writer.WriteEndArray();
        }

        if (table.Keys is { } keys)
        {
            writer.WriteStartArray("keys"u8);
            foreach (var key in keys)
            {
                Write(writer, key);
            }

            writer.WriteEndArray();
        }

        writer.WriteStartArray("cols"u8);
        foreach (var column in table.Columns)
        {
            Write(writer, column);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Reads a table.</summary>
    public static TableDefinition ReadTable(JsonElement element)
    {
        var columns = new List<ColumnDefinition>();
        foreach (var column in element.GetProperty("cols").EnumerateArray())
        {
            columns.Add(new ColumnDefinition(
                column.GetProperty("n").GetString() ?? "",
                column.GetProperty("t").GetString() ?? "",
                column.TryGetProperty("null", out _),
                column.TryGetProperty("cs", out var cs) ? cs.GetString() : null,
                column.TryGetProperty("key", out var key) ? key.GetInt32() : 0,
                !column.TryGetProperty("hidden", out _),
                column.TryGetProperty("end", out _))
            {
                MayHideBytes = column.TryGetProperty("rest", out _),
                IsVirtual = column.TryGetProperty("virtual", out _),
            });
        }

        return new TableDefinition(element.GetProperty("db").GetString() ?? "", element.GetProperty("name").GetString() ?? "", columns,
            element.GetProperty("cs").GetString(), element.GetProperty("engine").GetString())
        {
            MayHashKeys = element.TryGetProperty("hash", out _),
            Keys = element.TryGetProperty("keys", out var keys) ? [.. keys.EnumerateArray().Select(ReadKey)] : null,
            Period = element.TryGetProperty("period", out var period) && period.GetArrayLength() == 3
                ? (period[0].GetString() ?? "", period[1].GetString() ?? "", period[2].GetString() ?? "") : null,
        };
    }

    private static KeyDefinition ReadKey(JsonElement element)
    {
        var parts = new List<(string, int)>();
        var written = element.GetProperty("p");
        for (var i = 0; i + 1 < written.GetArrayLength(); i += 2)
        {
            parts.Add((written[i].GetString() ?? "", written[i + 1].GetInt32()));
        }

        return new KeyDefinition(element.GetProperty("n").GetString() ?? "", element.TryGetProperty("u", out _),
            element.TryGetProperty("h", out _),
            parts);
    }

    private static void Write(Utf8JsonWriter writer, KeyDefinition key)
    {
        writer.WriteStartObject();
        writer.WriteString("n"u8, key.Name);
        if (key.IsUnique)
        {
            writer.WriteBoolean("u"u8, true);
        }

        if (key.IsHash)
        {
            writer.WriteBoolean("h"u8, true);
        }

        writer.WriteStartArray("p"u8);
        foreach (var (column, prefix) in key.Parts)
        {
            writer.WriteStringValue(column);
            writer.WriteNumberValue(prefix);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ColumnDefinition column)
    {
        writer.WriteStartObject();
        writer.WriteString("n"u8, column.Name);
        writer.WriteString("t"u8, column.TypeText);
        if (column.IsNullable)
        {
            writer.WriteBoolean("null"u8, true);
        }

        if (column.CharacterSet is { } cs)
        {
            writer.WriteString("cs"u8, cs);
        }

        if (column.KeyOrdinal > 0)
        {
            writer.WriteNumber("key"u8, column.KeyOrdinal);
        }

        if (!column.IsVisible)
        {
            writer.WriteBoolean("hidden"u8, true);
        }

        if (column.IsRowEnd)
        {
            writer.WriteBoolean("end"u8, true);
        }

        if (column.MayHideBytes)
        {
            writer.WriteBoolean("rest"u8, true);
        }

        if (column.IsVirtual)
        {
            writer.WriteBoolean("virtual"u8, true);
        }

        writer.WriteEndObject();
    }
}
