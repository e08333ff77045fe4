namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>A column as the server describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">Its type without length, in lower case, such as <c>varchar</c>.</param>
public sealed record ServerColumn(string Name, string DataType)
{
    /// <summary>How values of the column are compared.</summary>
    public ColumnForm Form { get; } = DataType switch
    {
        "json" => ColumnForm.Json,
        "float" or "double" => ColumnForm.Floating,
        "bit" or "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "year" or "decimal" => ColumnForm.Number,
        "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" or "vector" => ColumnForm.Bytes,
        "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring" or "multipolygon"
            or "geometrycollection" or "geomcollection" => ColumnForm.Bytes,
        "date" or "time" or "datetime" or "timestamp" or "uuid" or "inet4" or "inet6" => ColumnForm.Plain,
        _ => ColumnForm.Text,
    };

    /// <summary>The expression that selects the column so that the client prints it without loss.</summary>
    public string Expression
    {
        get
        {
            string quoted = $"`{Name.Replace("`", "``", StringComparison.Ordinal)}`";
            return Form switch
            {
                // A FLOAT prints with six digits; widened it prints all digits.
                ColumnForm.Floating => $"{quoted} + 0e0",
                ColumnForm.Number => DataType == "bit" ? $"{quoted} + 0" : quoted,
                ColumnForm.Bytes => $"HEX({quoted})",
                ColumnForm.Plain => $"CAST({quoted} AS CHAR)",
                ColumnForm.Json => $"HEX(CAST({quoted} AS CHAR CHARACTER SET utf8mb4))",

                // As hexadecimal no value is mistaken for one of the client's own escapes, or the text NULL for a null.
                _ => $"HEX(CONVERT({quoted} USING utf8mb4))",
            };
        }
    }
}
