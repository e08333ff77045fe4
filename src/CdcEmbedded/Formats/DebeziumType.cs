namespace CdcEmbedded.Formats;

/// <summary>The type of a column in Kafka Connect's terms.</summary>
/// <param name="Literal">The literal type, such as <c>int32</c>.</param>
/// <param name="Name">The semantic type; null if there is none.</param>
/// <param name="Parameters">The schema's parameters as JSON; null if there are none.</param>
/// <param name="Bits">The number of bits of a BIT column; else 0.</param>
internal sealed record DebeziumType(string Literal, string? Name = null, string? Parameters = null, int Bits = 0)
{
    private const int DefaultScale = 0;

    /// <summary>Returns the type of a column.</summary>
    public static DebeziumType Of(ColumnSchema column, DebeziumJsonOptions options)
    {
        var type = column.TypeName.ToLowerInvariant();
        var end = type.AsSpan().IndexOfAny('(', ' ');
        var name = end < 0 ? type : type[..end];
        var isUnsigned = type.Contains("unsigned", StringComparison.Ordinal);
        var (first, second) = Sizes(type);
        return name switch
        {
            "boolean" => new("boolean"),
            "tinyint" => new("int16"),
            "smallint" => new(isUnsigned ? "int32" : "int16"),
            "mediumint" => new("int32"),
            "int" or "integer" => new(isUnsigned ? "int64" : "int32"),
            "bigint" or "int64" or "uint64" => new("int64"),
            "year" => new("int32", "io.debezium.time.Year"),
            "float" or "single" => new("float"),
            "double" or "real" => new("double"),
            "decimal" or "numeric" => Decimal(options.Decimals, first, second),
            "bit" when first is null or 1 => new("boolean", Bits: 1),
            "bit" => new("bytes", "io.debezium.data.Bits", $$"""{"length":"{{first}}"}""", first ?? 1),
            "date" => options.Times == TimeHandling.Connect ? new("int32", "org.apache.kafka.connect.data.Date")
                : new("int32", "io.debezium.time.Date"),
            "time" => Time(options.Times, first ?? 0),
            "datetime" => DateTime(options.Times, first ?? 0),
            "timestamp" => new("string", "io.debezium.time.ZonedTimestamp"),
            "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob"
                => new(options.Binary == BinaryHandling.Bytes ? "bytes" : "string"),
            "json" => new("string", "io.debezium.data.Json"),
            "enum" => new("string", "io.debezium.data.Enum", Allowed(column)),
            "set" => new("string", "io.debezium.data.EnumSet", Allowed(column)),
            "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring" or "multipolygon"
                or "geometrycollection" or "geomcollection" => new("struct", "io.debezium.data.geometry.Geometry"),
            "vector" => new("array", "io.debezium.data.FloatVector"),
            _ => new("string"),
        };
    }

    private static DebeziumType Decimal(DecimalHandling handling, int? precision, int? scale) => handling switch
    {
        DecimalHandling.Double => new("double"),
        DecimalHandling.String => new("string"),
        _ => new("bytes", "org.apache.kafka.connect.data.Decimal",
            $$"""{"scale":"{{scale ?? DefaultScale}}","connect.decimal.precision":"{{precision ?? 10}}"}"""),
    };

    private static DebeziumType Time(TimeHandling handling, int digits) => handling switch
    {
        TimeHandling.Connect => new("int32", "org.apache.kafka.connect.data.Time"),
        TimeHandling.Adaptive when digits <= 3 => new("int32", "io.debezium.time.Time"),
        _ => new("int64", "io.debezium.time.MicroTime"),
    };

    private static DebeziumType DateTime(TimeHandling handling, int digits) => handling == TimeHandling.Connect
        ? new("int64", "org.apache.kafka.connect.data.Timestamp")
        : new("int64", digits <= 3 ? "io.debezium.time.Timestamp" : "io.debezium.time.MicroTimestamp");

    private static string? Allowed(ColumnSchema column) => column.Labels is { } labels
        ? $$"""{"allowed":"{{System.Text.Json.JsonEncodedText.Encode(string.Join(',', labels))}}"}"""
        : null;

    // The numbers of decimal(10,2), datetime(6) or bit(8).
    private static (int? First, int? Second) Sizes(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var close = type.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open)
        {
            return default;
        }

        var parts = type[(open + 1)..close].Split(',');
        return (Number(parts[0]), parts.Length > 1 ? Number(parts[1]) : null);
    }

    private static int? Number(string text) => int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var n) ? n : null;
}
