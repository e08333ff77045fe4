using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>What the format needs of one version of a table, made once: encoded names, types, and the schemas as bytes.</summary>
internal sealed class DebeziumTable
{
    private readonly TableSchema _schema;
    private readonly string _prefix;
    private byte[]? _envelope;
    private byte[]? _key;

    public DebeziumTable(TableSchema schema, string prefix, DebeziumJsonOptions options)
    {
        _schema = schema;
        _prefix = prefix;
        Names = new JsonEncodedText[schema.Columns.Count];
        Types = new DebeziumType[Names.Length];
        for (var i = 0; i < Names.Length; i++)
        {
            Names[i] = JsonEncodedText.Encode(schema.Columns[i].Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
            Types[i] = DebeziumType.Of(schema.Columns[i], options);
        }
    }

    public string Prefix => _prefix;

    public JsonEncodedText[] Names { get; }

    public DebeziumType[] Types { get; }

    public bool IsNullable(int column) => _schema.Columns[column].IsNullable;

    /// <summary>The schema of the envelope.</summary>
    public byte[] Envelope(string connector) => _envelope ??= Encoding.UTF8.GetBytes(
        $$"""{"type":"struct","fields":[{{Struct("Value", true, "before")}},{{Struct("Value", true, "after")}},"""
        + $$"""{{DebeziumSchemas.Source(connector)}},"""
        + $$"""{{DebeziumSchemas.Rest}}],"optional":false,"name":{{Name("Envelope")}},"version":2}""");

    /// <summary>The schema of the key.</summary>
    public byte[] Key() => _key ??= Encoding.UTF8.GetBytes(Struct("Key", isOptional: false, null));

    private string Struct(string kind, bool isOptional, string? field)
    {
        var text = new StringBuilder("{\"type\":\"struct\",\"fields\":[");
        for (var i = 0; i < Names.Length; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(DebeziumSchemas.Field(Types[i], IsNullable(i), Names[i].ToString()));
        }

        text.Append("],\"optional\":").Append(isOptional ? "true" : "false").Append(",\"name\":").Append(Name(kind));
        return text.Append(field is null ? "" : $",\"field\":\"{field}\"").Append('}').ToString();
    }

    private string Name(string kind)
    {
        var name = $"{_prefix}.{_schema.Database}.{_schema.Name}.{kind}";
        return $"\"{JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
    }
}
