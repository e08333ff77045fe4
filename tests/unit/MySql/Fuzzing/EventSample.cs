using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>An event of a recording.</summary>
/// <param name="Source">Its scenario.</param>
/// <param name="Header">Its header.</param>
/// <param name="HeaderBytes">The same as bytes.</param>
/// <param name="Body">Its body, without checksum.</param>
/// <param name="Map">The body of its table map, for rows.</param>
/// <param name="Format">The format of its file.</param>
internal sealed record EventSample(string Source, EventHeader Header, byte[] HeaderBytes, byte[] Body, byte[]? Map,
    FormatDescription Format)
{
    private TableMap? _map;

    /// <summary>The undamaged table map.</summary>
    public TableMap? TableMap => _map ??= Map is null ? null : TableMap.Read(Map, Format);
}
