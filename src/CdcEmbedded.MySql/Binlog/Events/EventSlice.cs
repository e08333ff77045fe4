namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>One whole event (header, body, checksum) in a buffer that is never written again, so the event may be kept.</summary>
internal readonly record struct EventSlice(byte[] Buffer, int Offset, int Length)
{
    public ReadOnlySpan<byte> Span => Buffer.AsSpan(Offset, Length);
}
