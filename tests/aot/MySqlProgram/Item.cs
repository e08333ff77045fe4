using System.Text.Json.Serialization;
using CdcEmbedded;

namespace CdcEmbedded.Aot.MySqlProgram;

/// <summary>A row of the test's table, which generated code reads.</summary>
[CdcRow]
internal sealed partial record Item(int Id, string? Name, decimal? Price)
{
    public ItemSize? Size { get; init; }
}

/// <summary>The labels of its ENUM column.</summary>
internal enum ItemSize
{
    S,
    M,
}

/// <summary>The same row by a JSON contract.</summary>
internal sealed record JsonItem([property: JsonPropertyName("id")] int Id, [property: JsonPropertyName("price")] decimal? Price);

/// <summary>The contract.</summary>
[JsonSerializable(typeof(JsonItem))]
internal sealed partial class ItemContext : JsonSerializerContext;
