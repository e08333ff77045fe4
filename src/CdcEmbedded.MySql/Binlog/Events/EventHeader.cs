using System.Buffers.Binary;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>The 19 bytes at the start of every event (libs/mysql/binlog/event/binlog_event.h, Log_event_header).</summary>
/// <remarks><code>
///  0  4  timestamp, Unix seconds, of the statement's start
///  4  1  type
///  5  4  server id
///  9  4  length of the whole event, including header and checksum
/// 13  4  position of the next event in the file, modulo 2^32; 0 for artificial events
/// 17  2  flags
/// </code></remarks>
internal readonly struct EventHeader
{
    public const int Length = 19;

    /// <summary>LOG_EVENT_BINLOG_IN_USE_F, in a FORMAT_DESCRIPTION_EVENT: the server has not closed this file.</summary>
    public const ushort InUseFlag = 0x1;

    /// <summary>LOG_EVENT_ARTIFICIAL_F: made by the server for this client, not in the file.</summary>
    public const ushort ArtificialFlag = 0x20;

    /// <summary>LOG_EVENT_IGNORABLE_F: readers that do not know the type may skip the event.</summary>
    public const ushort IgnorableFlag = 0x80;

    private EventHeader(ReadOnlySpan<byte> bytes)
    {
        Timestamp = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        Type = (EventType)bytes[4];
        ServerId = BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]);
        EventLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[9..]);
        NextPosition = BinaryPrimitives.ReadUInt32LittleEndian(bytes[13..]);
        Flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[17..]);
    }

    /// <summary>Start of the statement, in Unix seconds.</summary>
    public uint Timestamp { get; }

    public EventType Type { get; }

    public uint ServerId { get; }

    /// <summary>Length of the whole event in bytes: at least 19.</summary>
    public uint EventLength { get; }

    /// <summary>Position of the next event, modulo 2^32; 0 for artificial events.</summary>
    public uint NextPosition { get; }

    public ushort Flags { get; }

    public bool IsArtificial => (Flags & ArtificialFlag) != 0;

    public bool IsIgnorable => (Flags & IgnorableFlag) != 0;

    public bool IsInUse => (Flags & InUseFlag) != 0;

    /// <summary>Reads the header of an event.</summary>
    /// <exception cref="CdcProtocolException">There are fewer than 19 bytes, or the length field is below 19.</exception>
    public static EventHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length)
        {
            throw new CdcProtocolException($"An event of {bytes.Length} bytes is shorter than its header of {Length}.", payloadOffset: 0);
        }

        var header = new EventHeader(bytes);
        return header.EventLength >= Length
            ? header
            : throw new CdcProtocolException($"An event header gives a length of {header.EventLength}, which is less than the header "
                + "itself.",
                header.Type.Name(), payloadOffset: 9);
    }
}
