namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>INCIDENT_EVENT: the server reports that its log lacks changes. Two bytes of incident (1 = LOST_EVENTS), one of
/// length, a message.</summary>
internal readonly record struct IncidentEvent(ushort Incident, string Message)
{
    /// <summary>Reads the body, without checksum.</summary>
    public static IncidentEvent Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.Incident);
        var incident = reader.ReadUInt16();
        return new IncidentEvent(incident, reader.ReadUtf8(reader.ReadByte()));
    }
}
