using System.Text;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>ROTATE_EVENT: 8 bytes of position, then the next file's name.</summary>
internal readonly record struct RotateEvent(ulong Position, string FileName)
{
    /// <summary>Reads the body, without checksum.</summary>
    public static RotateEvent Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.Rotate);
        var position = reader.ReadUInt64();
        return new RotateEvent(position, Encoding.UTF8.GetString(reader.Rest));
    }
}
