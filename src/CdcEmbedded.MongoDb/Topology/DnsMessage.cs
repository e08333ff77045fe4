using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Questions and answers of DNS, as far as SRV and TXT records need them.</summary>
/// <remarks>
/// <code>
/// header    uint16 id | uint16 flags | uint16 questions | uint16 answers | uint16 authorities | uint16 additionals   (big-endian)
/// question  name | uint16 type | uint16 class
/// record    name | uint16 type | uint16 class | uint32 ttl | uint16 length | data
/// name      (byte length below 64 | bytes) ... 0x00, or two bytes with the upper bits set: goes on at that offset
/// SRV data  uint16 priority | uint16 weight | uint16 port | name
/// TXT data  (byte length | bytes) ...
/// </code>
/// RFC 1035 section 4, RFC 2782.
/// </remarks>
internal static class DnsMessage
{
    /// <summary>The type of SRV records.</summary>
    public const ushort Srv = 33;

    /// <summary>The type of TXT records.</summary>
    public const ushort Txt = 16;

    private const int HeaderSize = 12;
    private const int LongestName = 255;
    private const ushort Internet = 1;

    /// <summary>Writes a question.</summary>
    /// <exception cref="ArgumentException">The name cannot be one of DNS.</exception>
    public static byte[] WriteQuestion(ushort id, string name, ushort type)
    {
        var message = new byte[HeaderSize + LongestName + 1 + 4];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        message[2] = 1; // recursion desired
        message[5] = 1; // one question
        var at = HeaderSize;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63 || !Ascii.IsValid(label) || at + label.Length + 2 > HeaderSize + LongestName)
            {
                throw MongoUri.Invalid($"'{name}' cannot be a name of DNS");
            }

            message[at] = (byte)label.Length;
            Encoding.ASCII.GetBytes(label, message.AsSpan(at + 1));
            at += label.Length + 1;
        }

        at++;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), type);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 2), Internet);
        return message[..(at + 4)];
    }

    /// <summary>Whether a message is an answer to a question; anything else that arrives is not ours.</summary>
    public static bool Answers(ReadOnlySpan<byte> message, ReadOnlySpan<byte> question)
    {
        // Id, the answer bit, and the question repeated; servers may change the case of letters.
        return message.Length >= question.Length
            && message[..2].SequenceEqual(question[..2])
            && (message[2] & 0x80) != 0
            && message[4] == 0 && message[5] == 1
            && Ascii.EqualsIgnoreCase(message[HeaderSize..question.Length], question[HeaderSize..]);
    }

    /// <summary>Whether the answer did not fit, so that it must be asked for over TCP.</summary>
    public static bool IsTruncated(ReadOnlySpan<byte> message) => (message[2] & 2) != 0;

    /// <summary>The code of an answer: 0 for success, 3 for a name that does not exist.</summary>
    public static int ResponseCode(ReadOnlySpan<byte> message) => message[3] & 15;

    /// <summary>The SRV records of an answer.</summary>
    /// <exception cref="CdcProtocolException">It is damaged.</exception>
    public static List<SrvRecord> ReadSrv(ReadOnlySpan<byte> message, int questionLength)
    {
        var records = new List<SrvRecord>();
        foreach (var data in FindRecords(message, questionLength, Srv))
        {
            if (data.End.Value - data.Start.Value < 7)
            {
                throw Damaged();
            }

            var at = data.Start.Value + 6;
            var port = BinaryPrimitives.ReadUInt16BigEndian(message[(data.Start.Value + 4)..]);
            records.Add(new SrvRecord(ReadName(message, ref at), port));
        }

        return records;
    }

    /// <summary>The TXT records of an answer, the strings of each joined.</summary>
    /// <exception cref="CdcProtocolException">It is damaged.</exception>
    public static List<string> ReadTxt(ReadOnlySpan<byte> message, int questionLength)
    {
        var records = new List<string>();
        foreach (var data in FindRecords(message, questionLength, Txt))
        {
            var text = new StringBuilder();
            for (var at = data.Start.Value; at < data.End.Value; at += message[at] + 1)
            {
                if (at + 1 + message[at] > data.End.Value)
                {
                    throw Damaged();
                }

                text.Append(Encoding.UTF8.GetString(message.Slice(at + 1, message[at])));
            }

            records.Add(text.ToString());
        }

        return records;
    }

    // Aliases (CNAME) stand among the answers; the resolver has followed them already, so that the type alone decides.
    private static List<Range> FindRecords(ReadOnlySpan<byte> message, int questionLength, ushort wanted)
    {
        var found = new List<Range>();
        var count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var at = questionLength;
        for (var i = 0; i < count; i++)
        {
            ReadName(message, ref at);
            if (at + 10 > message.Length)
            {
                throw Damaged();
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            at += 10;
            if (at + length > message.Length)
            {
                throw Damaged();
            }

            if (type == wanted)
            {
                found.Add(at..(at + length));
            }

            at += length;
        }

        return found;
    }

    private static string ReadName(ReadOnlySpan<byte> message, ref int next)
    {
        var name = new StringBuilder();
        var at = next;
        var jumped = false;
        while (true)
        {
            var length = at < message.Length ? message[at] : throw Damaged();
            if (length == 0)
            {
                next = jumped ? next : at + 1;
                return name.ToString();
            }

            if (length >= 0xC0)
            {
                var target = at + 1 < message.Length ? ((length & 0x3F) << 8) | message[at + 1] : throw Damaged();
                next = jumped ? next : at + 2;
                jumped = true;

                // Only backwards: a pointer to itself or ahead could go round for ever.
                at = target < at ? target : throw Damaged();
                continue;
            }

            if (length > 63 || at + 1 + length > message.Length || name.Length + length + 1 > LongestName)
            {
                throw Damaged();
            }

            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(message.Slice(at + 1, length)));
            at += length + 1;
        }
    }

    private static CdcProtocolException Damaged() => new("The name server sent a damaged answer.", "DNS");
}
