namespace CdcEmbedded.Formats;

/// <summary>How <see cref="DebeziumJson"/> writes bytes: Debezium's <c>binary.handling.mode</c>.</summary>
public enum BinaryHandling
{
    /// <summary>The type bytes, which JSON shows as base64. The default, as Debezium's.</summary>
    Bytes,

    /// <summary>Text in base64.</summary>
    Base64,

    /// <summary>Text in base64 for URLs.</summary>
    Base64UrlSafe,

    /// <summary>Text of hexadecimal digits.</summary>
    Hex,
}
