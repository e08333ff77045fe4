using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>One event of the log, or of a compressed transaction in it.</summary>
/// <param name="slice">The whole event, in a buffer that is never written again.</param>
/// <param name="header">Its header.</param>
/// <param name="body">Its body, without checksum.</param>
/// <param name="start">Where it begins in its file; of an event inside a compressed transaction, where that
/// transaction's event begins.</param>
/// <param name="payloadOffset">Where it begins in the uncompressed payload; null outside of one.</param>
internal readonly ref struct LogEvent(EventSlice slice, EventHeader header, ReadOnlySpan<byte> body, long start, long? payloadOffset)
{
    /// <summary>The buffer in which the event is.</summary>
    public byte[] Buffer { get; } = slice.Buffer;

    /// <summary>Where the body begins in <see cref="Buffer"/>.</summary>
    public int BodyStart { get; } = slice.Offset + EventHeader.Length;

    public EventSlice Slice => new(Buffer, BodyStart - EventHeader.Length, EventHeader.Length + Body.Length);

    public EventHeader Header { get; } = header;

    public EventType Type => Header.Type;

    /// <summary>The body, without checksum.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>Where the event, or the event of the compressed transaction around it, begins in its file.</summary>
    public long Start { get; } = start;

    /// <summary>Where the event begins in the uncompressed payload; null outside of one.</summary>
    public long? PayloadOffset { get; } = payloadOffset;
}
