#pragma warning disable
namespace CdcEmbedded
{
using CdcEmbedded.Sources;
public enum NoticeKind { PositionLost, Incident, StatementChange, TableSkipped, DataLoss }
public sealed class Notice : StreamItem { public Notice(NoticeKind k, string m, SourcePosition p) { Position = p; Kind = k; } public NoticeKind Kind { get; } public string Database { get; init; } = ""; public string Table { get; init; } = ""; internal override SourcePosition Position { get; } internal override object? Stream => null; internal override long Sequence => 0; internal override void Stamp(object s, long q) { } }
}
