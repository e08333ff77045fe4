namespace CdcEmbedded.Formats;

/// <summary>What <see cref="EnvelopeJson"/> does with text whose bytes are no text in its column's character set.</summary>
public enum UndecodableText
{
    /// <summary>Fails with a <see cref="CdcProtocolException"/> that names the column. The default.</summary>
    Fail,

    /// <summary>Writes the bytes as <c>{"$bytes": "base64"}</c> instead of a string.</summary>
    Bytes,
}
