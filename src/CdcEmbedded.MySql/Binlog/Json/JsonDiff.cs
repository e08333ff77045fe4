namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>One difference: the operation, its path and the new value.</summary>
internal readonly ref struct JsonDiff
{
    public JsonDiff(JsonDiffOperation operation, ReadOnlySpan<byte> path, JsonLocation value)
    {
        Operation = operation;
        Path = path;
        Value = value;
    }

    public JsonDiffOperation Operation { get; }

    /// <summary>The path in UTF-8, not validated.</summary>
    public ReadOnlySpan<byte> Path { get; }

    /// <summary>The location of the new value; default for a removal.</summary>
    public JsonLocation Value { get; }

    public ReadOnlySpan<byte> Word => Operation switch
    {
        JsonDiffOperation.Replace => "replace"u8,
        JsonDiffOperation.Insert => "insert"u8,
        _ => "remove"u8,
    };
}
