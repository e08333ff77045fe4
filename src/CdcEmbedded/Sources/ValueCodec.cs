using System.Text.Json;

namespace CdcEmbedded.Sources;

/// <summary>Turns the bytes that a source carries for one value into JSON, when somebody asks. Thread-safe and without state.</summary>
public abstract class ValueCodec
{
    /// <summary>The value as JSON text, written the way the database prints it, on one line.</summary>
    /// <param name="bytes">The source's own bytes of this value.</param>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public abstract string ToJsonText(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the same JSON; codecs that can do so without a string in between override it.</summary>
    /// <param name="writer">Positioned where a value may be written.</param>
    /// <param name="bytes">The source's own bytes of this value.</param>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public virtual void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteRawValue(ToJsonText(bytes), skipInputValidation: true);
    }
}
