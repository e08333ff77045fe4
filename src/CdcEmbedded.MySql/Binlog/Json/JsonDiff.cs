namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>One difference: what is done where, with which value.</summary>
internal readonly ref struct JsonDiff
{
    public JsonDiff(JsonDiffOperation operation, ReadOnlySpan<byte> path, JsonLocation value)
    {
        Operation = operation;
        Path = path;
        Value = value;
    }

    public JsonDiffOperation Operation { get; }

    /// <summary>The path in UTF-8, unchecked.</summary>
    public ReadOnlySpan<byte> Path { get; }

    /// <summary>Where the new value lies; nothing for a removal.</summary>
    public JsonLocation Value { get; }

    public ReadOnlySpan<byte> Word => Operation switch
    {
        JsonDiffOperation.Replace => "replace"u8,
        JsonDiffOperation.Insert => "insert"u8,
        _ => "remove"u8,
    };
}
