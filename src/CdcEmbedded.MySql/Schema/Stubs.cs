#pragma warning disable
using System.Text.Json;
using CdcEmbedded.MySql.Binlog;
using CdcEmbedded.MySql.Protocol;
namespace CdcEmbedded.MySql
{
public readonly record struct MariaDbGtid(uint Domain, uint Server, ulong Sequence) { public static bool TryParse(string t, out MariaDbGtid g) { g = default; return false; } }
public sealed class MariaDbGtidPosition { public static MariaDbGtidPosition Parse(string t) => new(); public MariaDbGtidPosition With(MariaDbGtid g) => this; public bool Contains(MariaDbGtid g) => false; public bool IsSubsetOf(MariaDbGtidPosition o) => false; }
}
namespace CdcEmbedded.MySql.Feed
{
internal static class LoggedStatement { public static QueryEvent Read(EventType t, ReadOnlySpan<byte> b) => QueryEvent.Read(b); }
internal static class Stub { public static ValueTask<PacketStream> StartMariaDbDumpAsync(this MySqlSession s, uint id, BinlogDumpFlags f, MariaDbGtidPosition p, TimeSpan t, CancellationToken c) => default; }
}
