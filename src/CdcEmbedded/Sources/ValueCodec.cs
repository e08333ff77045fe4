namespace CdcEmbedded.Sources;

/// <summary>Turns the bytes that a source carries for one JSON value into text, when somebody asks. Thread-safe and without state.</summary>
public abstract class ValueCodec
{
    /// <summary>The value as JSON text, written the way the database prints it.</summary>
    /// <param name="bytes">The source's own bytes of this value.</param>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public abstract string ToJsonText(ReadOnlySpan<byte> bytes);
}
