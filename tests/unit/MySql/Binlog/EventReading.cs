using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Reads an event of any type with everything that it contains.</summary>
internal static class EventReading
{
    public static void ReadAnything(ReadOnlySpan<byte> wholeEvent, FormatDescription format)
    {
        var header = EventHeader.Read(wholeEvent);
        var body = wholeEvent[EventHeader.Length..];
        if (header.Type != EventType.FormatDescription)
        {
            body = body[..Math.Max(0, body.Length - format.ChecksumLength)];
        }

        ReadBody(header, body, format);
    }

    public static void ReadBody(in EventHeader header, ReadOnlySpan<byte> body, FormatDescription format)
    {
        switch (header.Type)
        {
            case EventType.FormatDescription: FormatDescription.Read(body); break;
            case EventType.Rotate: RotateEvent.Read(body); break;
            case EventType.Query: QueryEvent.Read(body).GetText(); break;
            case EventType.Xid: XidEvent.Read(body); break;
            case EventType.XaPrepare when !format.IsMariaDb: XaPrepareEvent.Read(body); break;
            case EventType.RowsQuery: _ = RowsQueryEvent.Read(body).ToString(); break;
            case EventType.Incident: IncidentEvent.Read(body); break;
            case EventType.Heartbeat or EventType.HeartbeatV2: HeartbeatEvent.Read(header, body); break;
            case EventType.Gtid or EventType.AnonymousGtid or EventType.GtidTagged: _ = GtidEvent.Read(header.Type,
                body).Gtid.ToString(); break;
            case EventType.PreviousGtids: PreviousGtidsEvent.Read(body); break;
            case EventType.TransactionPayload: TransactionPayloadHeader.Read(body); break;
            case EventType.TableMap when !format.IsMariaDb: TableMap.Read(body, format); break;
            default:
                if (RowsHeader.IsRowsEvent(header.Type))
                {
                    RowsHeader.Read(header.Type, body, format);
                }

                break;
        }
    }
}
