using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Recordings;
using ScriptedFile = CdcEmbedded.MySql.Tests.Scripted.BinlogFile;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Events of all recordings and of all servers, a few of each kind of each file.</summary>
internal static class EventCorpus
{
    private const int MaxLength = 3000;
    private const int MaxOfKind = 12;

    private static readonly string[] _servers = ["mysql-9.7", "mysql-5.6", "mariadb-10.11", "mariadb-11.8"];

    private static readonly Lazy<EventSample[]> _all = new(() => [.. _servers.SelectMany(Recording.All)
        .SelectMany(recording => recording.BinlogFiles).SelectMany(ReadFile)]);

    /// <summary>The events.</summary>
    public static EventSample[] All => _all.Value;

    private static IEnumerable<EventSample> ReadFile(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var format = TestFormat(bytes);
        var maps = new Dictionary<ulong, byte[]>();
        var counts = new Dictionary<(EventType, ulong), int>();
        foreach (var (start, end) in ScriptedFile.Events(bytes))
        {
            var e = bytes.AsSpan(start, end - start);
            var header = EventHeader.Read(e);
            var checksum = format.ChecksumLength;
            var body = e[EventHeader.Length..^(header.Type == EventType.FormatDescription ? 0 : checksum)].ToArray();
            byte[]? map = null;
            ulong table = 0;
            if (header.Type == EventType.TableMap)
            {
                maps[table = TableMapHeader.Read(body, format).TableId] = body;
            }
            else if (RowsHeader.IsRowsEvent(header.Type))
            {
                map = maps.GetValueOrDefault(table = RowsHeader.Read(header.Type, body, format).TableId);
            }

            var count = counts.GetValueOrDefault((header.Type, table));
            if (body.Length <= MaxLength && count < MaxOfKind)
            {
                counts[(header.Type, table)] = count + 1;
                yield return new EventSample(Path.GetFileName(Path.GetDirectoryName(path)) ?? "", header,
                    e[..EventHeader.Length].ToArray(), body, map, format);
            }
        }
    }

    private static FormatDescription TestFormat(byte[] file)
    {
        var (start, end) = ScriptedFile.Events(file).First();
        return FormatDescription.Read(file.AsSpan(start, end - start)[EventHeader.Length..]);
    }
}
