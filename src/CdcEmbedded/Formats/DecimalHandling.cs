namespace CdcEmbedded.Formats;

/// <summary>How <see cref="DebeziumJson"/> writes decimals: Debezium's <c>decimal.handling.mode</c>.</summary>
public enum DecimalHandling
{
    /// <summary>The digits as a big-endian integer in base64; the scale is in the schema. The default, as Debezium's.</summary>
    Precise,

    /// <summary>A number, which loses digits beyond the seventeenth.</summary>
    Double,

    /// <summary>Text with all digits.</summary>
    String,
}
