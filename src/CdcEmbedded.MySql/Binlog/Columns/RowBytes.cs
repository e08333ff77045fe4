using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>The bytes of row images, in which codecs find values.</summary>
/// <param name="bytes">Holds the event's body.</param>
/// <param name="start">Where it begins.</param>
internal abstract class RowBytes(byte[] bytes, int start) : RecordSet
{
    /// <summary>Holds the event's body.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>Start of the body in <see cref="Bytes"/>; the offsets of values are relative to it.</summary>
    public int Start { get; } = start;

    /// <summary>The failure of a value.</summary>
    public abstract CdcProtocolException Refuse(int image, int column, CdcProtocolException cause);
}
