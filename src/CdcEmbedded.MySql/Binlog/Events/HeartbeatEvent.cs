using System.Text;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>HEARTBEAT_LOG_EVENT and HEARTBEAT_LOG_EVENT_V2: there is nothing new, and this is the position of
/// the server's reader.</summary>
/// <remarks>Version 1 holds the file's name; its position is the one in the header, modulo 2^32. Version 2 (libs/mysql/binlog/event/codecs)
/// is a list of fields (type, length, value, all length-encoded): type 1 is the name, 2 the position in 64 bits, 0 the end.</remarks>
internal readonly record struct HeartbeatEvent(string FileName, ulong Position)
{
    private const int EndMark = 0;
    private const int FileNameField = 1;
    private const int PositionField = 2;

    /// <summary>Reads the body, without checksum.</summary>
    public static HeartbeatEvent Read(in EventHeader header, ReadOnlySpan<byte> body)
        => header.Type == EventType.HeartbeatV2 ? ReadV2(body) : new HeartbeatEvent(Encoding.UTF8.GetString(body), header.NextPosition);

    private static HeartbeatEvent ReadV2(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.HeartbeatV2);
        var name = "";
        ulong position = 0;
        while (reader.Remaining > 0 && reader.ReadLengthEncoded() is not EndMark and var field)
        {
            var value = new SpanReader(reader.ReadBytes(reader.ReadLengthWithin()), EventType.HeartbeatV2);
            if (field == FileNameField)
            {
                name = value.ReadUtf8(value.Remaining);
            }
            else if (field == PositionField)
            {
                position = value.ReadLengthEncoded();
            }
        }

        return new HeartbeatEvent(name, position);
    }
}
