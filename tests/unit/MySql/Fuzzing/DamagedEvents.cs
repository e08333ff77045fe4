using System.Text.Json;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Tests.Fuzzing;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Events of every type with a damaged body, or under a damaged table map, and all of their values.</summary>
internal sealed class DamagedEvents : FuzzTarget
{
    private const int MaxImages = 8;

    private readonly RowScanner _scanner = new();
    private readonly Utf8JsonWriter _writer = new(Stream.Null, new JsonWriterOptions { SkipValidation = true });

    public override void Prepare() => _ = EventCorpus.All;

    public override int Run(Random random)
    {
        var all = EventCorpus.All;
        var sample = all[random.Next(all.Length)];
        var other = all[random.Next(all.Length)].Body;
        try
        {
            if (sample.Map is { } map)
            {
                var isMapDamaged = random.Next(4) == 0;
                var body = isMapDamaged ? sample.Body : Mutation.Of(random, sample.Body, other);
                var table = isMapDamaged ? TableMap.Read(Mutation.Of(random, map, other), sample.Format) : sample.TableMap;
                return table is null ? 0 : ReadRows(sample, body, table);
            }

            return ReadBody(sample.Header, Mutation.Of(random, sample.Body, other), sample.Format);
        }
        catch (CdcException)
        {
            return sample.Body.Length + (sample.Map?.Length ?? 0) + other.Length;
        }
    }

    private int ReadRows(EventSample sample, byte[] body, TableMap table)
    {
        var rows = _scanner.Scan(table, RowsHeader.Read(sample.Header.Type, body, sample.Format), body, 0, body.Length);
        for (var image = 0; image < Math.Min(rows.ImageCount, MaxImages); image++)
        {
            for (var column = 0; column < rows.ColumnCount; column++)
            {
                ReadValue(rows, image, column);
            }
        }

        return body.Length + table.RawBytes.Length;
    }

    private void ReadValue(RowBuffer rows, int image, int column)
    {
        try
        {
            var value = rows.GetValue(image, column);
            _ = value.ToString();
            _writer.Reset();
            ValueJson.Write(_writer, value);
        }
        catch (CdcException)
        {
            // A damaged value may refuse to be read, and the others are read all the same.
        }
    }

    private static int ReadBody(in EventHeader header, byte[] body, FormatDescription format)
    {
        switch (header.Type)
        {
            case EventType.FormatDescription: FormatDescription.Read(body); break;
            case EventType.Rotate: RotateEvent.Read(body); break;
            case EventType.Query or EventType.MariaDbQueryCompressed: ReadQuery(header.Type, body, format); break;
            case EventType.Xid: XidEvent.Read(body); break;
            case EventType.XaPrepare: XaPrepareEvent.Read(body); break;
            case EventType.RowsQuery: _ = RowsQueryEvent.Read(body).ToString(); break;
            case EventType.Incident: IncidentEvent.Read(body); break;
            case EventType.Heartbeat or EventType.HeartbeatV2: HeartbeatEvent.Read(header, body); break;
            case EventType.Gtid or EventType.AnonymousGtid or EventType.GtidTagged: _ = GtidEvent.Read(header.Type,
                body).Gtid.ToString(); break;
            case EventType.PreviousGtids: _ = PreviousGtidsEvent.Read(body).ToString(); break;
            case EventType.MariaDbGtid: MariaDbGtidEvent.Read(1, body); break;
            case EventType.MariaDbGtidList: _ = MariaDbGtidList.Read(body).ToString(); break;
            case EventType.TransactionPayload: TransactionPayloadHeader.Read(body); break;
            case EventType.TableMap: TableMap.Read(body, format); break;
            default: break;
        }

        return body.Length;
    }

    private static void ReadQuery(EventType type, byte[] body, FormatDescription format)
    {
        var query = LoggedStatement.Read(type, body);
        StatementReading.ReadAnything(query.GetText(), StatementContext.Of(query, SqlDialect.Of(query, format)));
    }
}
