using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>The body of a GTID_TAGGED_LOG_EVENT, a message of mysql::serialization (libs/mysql/serialization/readme.md; the fields are
/// in libs/mysql/binlog/event/control_events.h, Gtid_event).</summary>
/// <remarks>All integers have its variable-length form.<code>
/// version (1), size of the message, highest field id that must not be ignored,
/// then fields as id and value, with rising ids; fields with their default value are omitted:
///   0 flags            1 UUID as 16 integers      2 number, signed       3 tag: length, bytes
///   4 last_committed   5 sequence_number, signed  6 immediate commit timestamp
///   7 original one     8 transaction length       9 immediate server version   10 original one   11 commit group ticket
/// </code></remarks>
internal static class GtidTaggedBody
{
    private const int LastKnownField = 11;

    public static GtidEvent Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.GtidTagged);
        if (reader.ReadVariableLength() is not 1 and var version)
        {
            reader.ThrowMalformed($"its serialization version is {version} instead of 1");
        }

        if (reader.ReadVariableLength() is var size && size != (ulong)body.Length)
        {
            reader.ThrowMalformed($"it announces a message of {size} bytes");
        }

        if (reader.ReadVariableLength() is > LastKnownField and var needed)
        {
            reader.ThrowMalformed($"field {needed} is unknown and must not be ignored");
        }

        var result = default(GtidEvent);
        Guid source = default;
        string? tag = null;
        long number = 0;
        long? original = null;
        uint? originalVersion = null;
        while (reader.Remaining > 0)
        {
            var field = reader.ReadVariableLength();
            if (field > LastKnownField)
            {
                break;
            }

            switch (field)
            {
                case 0: result = result with { Flags = (byte)reader.ReadVariableLength() }; break;
                case 1: source = ReadUuid(ref reader); break;
                case 2: number = reader.ReadVariableLengthSigned(); break;
                case 3: tag = ReadTag(ref reader); break;
                case 4: result = result with { LastCommitted = reader.ReadVariableLengthSigned() }; break;
                case 5: result = result with { SequenceNumber = reader.ReadVariableLengthSigned() }; break;
                case 6: result = result with { ImmediateCommitTimestamp = (long)reader.ReadVariableLength() }; break;
                case 7: original = (long)reader.ReadVariableLength(); break;
                case 8: result = result with { TransactionLength = reader.ReadVariableLength() }; break;
                case 9: result = result with { ImmediateServerVersion = (uint)reader.ReadVariableLength() }; break;
                case 10: originalVersion = (uint)reader.ReadVariableLength(); break;
                default: reader.ReadVariableLength(); break;
            }
        }

        if (number is < 1 or long.MaxValue)
        {
            reader.ThrowMalformed($"{number} is not a transaction number");
        }

        return result with
        {
            Gtid = new Gtid(source, tag, number),
            OriginalCommitTimestamp = original ?? result.ImmediateCommitTimestamp,
            OriginalServerVersion = originalVersion ?? result.ImmediateServerVersion,
        };
    }

    internal static string? ReadTag(ref SpanReader reader)
    {
        var length = reader.ReadVariableLength();
        if (length > Gtid.MaxTagLength)
        {
            reader.ThrowMalformed($"a tag has {length} bytes; the maximum is {Gtid.MaxTagLength}");
        }

        var bytes = reader.ReadBytes((int)length);
        if (bytes.IsEmpty)
        {
            return null;
        }

        var tag = System.Text.Encoding.ASCII.GetString(bytes);
        if (!Gtid.IsTag(tag))
        {
            reader.ThrowMalformed("a tag contains characters other than a-z, 0-9 and _");
        }

        return tag;
    }

    private static Guid ReadUuid(ref SpanReader reader)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (reader.ReadVariableLength() is var value && value > byte.MaxValue)
            {
                reader.ThrowMalformed($"{value} is not a byte of a UUID");
            }

            bytes[i] = (byte)value;
        }

        return new Guid(bytes, bigEndian: true);
    }
}
