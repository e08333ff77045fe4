namespace CdcEmbedded.MySql.Replication;

/// <summary>The payload of one packet, as a slice of an array that is never written again: it may be kept.</summary>
internal readonly struct PacketSlice
{
    /// <summary>Creates the slice.</summary>
    public PacketSlice(byte[] buffer, int offset, int length, byte sequenceId)
    {
        Buffer = buffer;
        Offset = offset;
        Length = length;
        SequenceId = sequenceId;
    }

    /// <summary>The array that holds the payload among others.</summary>
    public byte[] Buffer { get; }

    /// <summary>Where the payload begins, after the packet's header.</summary>
    public int Offset { get; }

    /// <summary>The payload's length in bytes; 0 is possible.</summary>
    public int Length { get; }

    /// <summary>The number of the packet (of its last part, where it was split).</summary>
    public byte SequenceId { get; }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Span => new(Buffer, Offset, Length);

    /// <summary>The first byte of the payload, its kind; -1 where it is empty.</summary>
    public int Kind => Length > 0 ? Buffer[Offset] : -1;
}
