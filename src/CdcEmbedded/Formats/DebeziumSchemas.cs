using System.Text;

namespace CdcEmbedded.Formats;

/// <summary>The schemas of Debezium's envelope that are the same for all tables, as JSON.</summary>
internal static class DebeziumSchemas
{
    /// <summary>The fields after <c>source</c>.</summary>
    public static string Rest { get; } = Group("transaction", "event.block",
        ("string", "id", false), ("int64", "total_order", false), ("int64", "data_collection_order", false)) + ","
        + string.Join(',', Plain("string", "op", false), Plain("int64", "ts_ms", true), Plain("int64", "ts_us", true),
            Plain("int64", "ts_ns", true));

    /// <summary>The field <c>source</c>.</summary>
    public static string Source(string connector)
    {
        (string, string, bool)[] common =
        [
            ("string", "version", false), ("string", "connector", false), ("string", "name", false), ("int64", "ts_ms", false),
            ("string", "snapshot", true), ("string", "db", false), ("string", "sequence", true), ("int64", "ts_us", true),
            ("int64", "ts_ns", true),
        ];
        (string, string, bool)[] own = connector switch
        {
            "mysql" =>
            [
                ("string", "table", true), ("int64", "server_id", false), ("string", "gtid", true), ("string", "file", false),
                ("int64", "pos", false), ("int32", "row", false), ("int64", "thread", true), ("string", "query", true),
            ],
            "mongodb" =>
            [
                ("string", "collection", false), ("int32", "ord", false), ("string", "lsid", true), ("int64", "txnNumber", true),
                ("int64", "wallTime", true),
            ],
            _ => [("string", "table", true)],
        };
        return Group("source", $"io.debezium.connector.{connector}.Source", [.. common, .. own]);
    }

    /// <summary>A field of a row.</summary>
    public static string Field(DebeziumType type, bool isOptional, string name)
    {
        var text = new StringBuilder("{\"type\":\"").Append(type.Literal).Append("\",");
        if (type.Literal == "array")
        {
            text.Append("\"items\":{\"type\":\"float\",\"optional\":false},");
        }
        else if (type.Literal == "struct")
        {
            text.Append("\"fields\":[").Append(Plain("bytes", "wkb", false)).Append(',').Append(Plain("int32", "srid", true)).Append("],");
        }

        text.Append("\"optional\":").Append(isOptional ? "true" : "false");
        if (type.Name is not null)
        {
            text.Append(",\"name\":\"").Append(type.Name).Append("\",\"version\":1");
        }

        text.Append(type.Parameters is null ? "" : ",\"parameters\":" + type.Parameters);
        return text.Append(",\"field\":\"").Append(name).Append("\"}").ToString();
    }

    private static string Group(string field, string name, params (string Type, string Field, bool IsOptional)[] fields)
    {
        var inner = string.Join(',', fields.Select(f => Plain(f.Type, f.Field, f.IsOptional)));
        var isOptional = field == "transaction" ? "true" : "false";
        return $$"""{"type":"struct","fields":[{{inner}}],"optional":{{isOptional}},"name":"{{name}}","version":1,"field":"{{field}}"}""";
    }

    private static string Plain(string type, string field, bool isOptional)
        => $$"""{"type":"{{type}}","optional":{{(isOptional ? "true" : "false")}},"field":"{{field}}"}""";
}
