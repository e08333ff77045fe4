using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Files;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Walks the events of a recording's files and keeps what a reader must keep: format, table maps, the current GTID.</summary>
internal sealed class RecordedRows
{
    private readonly Dictionary<ulong, TableMap> _maps = [];
    private readonly RowScanner _scanner = new();
    private FormatDescription? _format;

    public List<Event> Events { get; } = [];

    public static async Task<RecordedRows> ReadAsync(Recording recording)
    {
        var result = new RecordedRows();
        foreach (var path in recording.BinlogFiles)
        {
            await using var file = BinlogFile.Open(path);
            do
            {
                var position = file.Position;
                while (file.TryRead(out var slice))
                {
                    result.Add(file.Name, position, slice);
                    position = file.Position;
                }
            }
            while (await file.FillAsync(CancellationToken.None));
            Assert.Equal(0, file.IncompleteTail);
        }

        return result;
    }

    private void Add(string file, long position, EventSlice slice)
    {
        var header = EventHeader.Read(slice.Span);
        var after = slice.Span[EventHeader.Length..];
        if (header.Type == EventType.FormatDescription)
        {
            _format = FormatDescription.Read(after);
            _maps.Clear();
        }

        var format = _format ?? throw new InvalidOperationException("No format description.");
        if (format.ChecksumLength > 0)
        {
            BinlogChecksum.Verify(slice.Span);
        }

        var bodyLength = after.Length - format.ChecksumLength;
        var body = after[..bodyLength];
        RowBuffer? rows = null;
        TableMap? map = null;
        if (header.Type == EventType.TableMap)
        {
            map = TableMap.Read(body, format);
            _maps[map.TableId] = map;
        }
        else if (RowsHeader.IsRowsEvent(header.Type))
        {
            var rowsHeader = RowsHeader.Read(header.Type, body, format);
            map = _maps[rowsHeader.TableId];
            rows = _scanner.Scan(map, rowsHeader, slice.Buffer, slice.Offset + EventHeader.Length, bodyLength);
        }

        Events.Add(new Event(file, position, header, body.ToArray(), format, map, rows));
    }

    internal sealed record Event(string File, long Position, EventHeader Header, byte[] Body, FormatDescription Format, TableMap? Map,
        RowBuffer? Rows);
}
