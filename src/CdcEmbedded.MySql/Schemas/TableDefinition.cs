using System.Text.Json;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>A table's columns in their order, in the words of information_schema. Immutable.</summary>
internal sealed class TableDefinition(string database, string name, IReadOnlyList<ColumnDefinition> columns, string? characterSet, string? engine)
{
    public string Database => database;

    public string Name => name;

    public IReadOnlyList<ColumnDefinition> Columns => columns;

    /// <summary>The character set of new columns; null where not known.</summary>
    public string? CharacterSet => characterSet;

    /// <summary>The storage engine in lower case; null where not told.</summary>
    public string? Engine => engine;

    /// <summary>Whether it has a unique key that MariaDB may keep as a hash: each of these gives row events one BIGINT more, behind all columns, which
    /// is not the table's.</summary>
    public bool MayHashKeys { get; init; }

    /// <summary>The same table under another name.</summary>
    public TableDefinition Renamed(string newDatabase, string newName) => new(newDatabase, newName, columns, characterSet, engine) { MayHashKeys = MayHashKeys };

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("db"u8, database);
        writer.WriteString("name"u8, name);
        writer.WriteString("cs"u8, characterSet);
        writer.WriteString("engine"u8, engine);
        if (MayHashKeys)
        {
            writer.WriteBoolean("hash"u8, true);
        }

        writer.WriteStartArray("cols"u8);
        foreach (var column in columns)
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

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static TableDefinition Read(JsonElement element)
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
                !column.TryGetProperty("hidden", out _)));
        }

        return new TableDefinition(element.GetProperty("db").GetString() ?? "", element.GetProperty("name").GetString() ?? "", columns,
            element.GetProperty("cs").GetString(), element.GetProperty("engine").GetString())
        {
            MayHashKeys = element.TryGetProperty("hash", out _),
        };
    }
}
