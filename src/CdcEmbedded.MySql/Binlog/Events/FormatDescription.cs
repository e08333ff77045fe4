using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>FORMAT_DESCRIPTION_EVENT: the layout of the events of this file (libs/mysql/binlog/event/control_events.h).</summary>
/// <remarks><code>
///  0   2  binlog version, 4
///  2  50  server version, zero-padded
/// 52   4  created: Unix seconds of the server's start if this is its first file since, else 0
/// 56   1  header length, 19
/// 57   n  post-header length of each event type from 1 on
///      1  checksum algorithm  } from servers 5.6.1 (MariaDB 5.3) on,
///      4  checksum            } even if the algorithm is NONE
/// </code></remarks>
internal sealed class FormatDescription
{
    private const int FixedLength = 57;
    private readonly byte[] _postHeaderLengths;

    private FormatDescription(ushort binlogVersion, string serverVersion, uint created, byte[] postHeaderLengths,
        ChecksumAlgorithm checksum, int maxEventBytes)
    {
        MaxEventBytes = maxEventBytes;
        BinlogVersion = binlogVersion;
        ServerVersion = serverVersion;
        Created = created;
        _postHeaderLengths = postHeaderLengths;
        Checksum = checksum;
        IsMariaDb = serverVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
    }

    public ushort BinlogVersion { get; }

    public string ServerVersion { get; }

    /// <summary>Unix seconds of the server's start if this is the first file since then, else 0. If it is not 0, the temporary tables and
    /// unfinished transactions of earlier files are gone.</summary>
    public uint Created { get; }

    public ChecksumAlgorithm Checksum { get; }

    /// <summary>Number of checksum bytes at the end of each event: 0 or 4.</summary>
    public int ChecksumLength => Checksum == ChecksumAlgorithm.Crc32 ? 4 : 0;

    public bool IsMariaDb { get; }

    /// <summary>Most bytes that an event, or a value in it, may have once it is decompressed. Not in the event: the
    /// reader's own limit.</summary>
    public int MaxEventBytes { get; }

    /// <summary>Returns the length of the fixed part of a type's body in bytes; 0 for types that the server does not list.</summary>
    public int PostHeaderLength(EventType type) => (int)type - 1 is >= 0 and var i && i < _postHeaderLengths.Length ? _postHeaderLengths[i]
        : 0;

    /// <summary>Number of bytes of a table id in TABLE_MAP and rows events: 6, or 4 from servers before 5.1.4.</summary>
    public int TableIdLength(EventType type) => PostHeaderLength(type) == 6 ? 4 : 6;

    /// <summary>Reads the event.</summary>
    /// <param name="body">Everything after the header, including the checksum.</param>
    /// <param name="maxEventBytes">See <see cref="MaxEventBytes"/>.</param>
    /// <exception cref="CdcProtocolException">The event is truncated, or its binlog version is not 4.</exception>
    public static FormatDescription Read(ReadOnlySpan<byte> body, int maxEventBytes = MariaDbCompression.MaxLength)
    {
        var reader = new SpanReader(body, EventType.FormatDescription);
        var version = reader.ReadUInt16();
        var name = reader.ReadBytes(50);
        var serverVersion = Encoding.Latin1.GetString(name[..(name.IndexOf((byte)0) is >= 0 and var end ? end : 50)]);
        if (version != 4)
        {
            throw new CdcProtocolException($"Server {serverVersion} writes binlog version {version}; "
                + "only version 4 (MySQL 5.0 and later) is supported.",
                EventType.FormatDescription.Name(), payloadOffset: 0);
        }

        var created = reader.ReadUInt32();
        if (reader.ReadByte() is not EventHeader.Length and var headerLength)
        {
            reader.ThrowMalformed($"event headers have {headerLength} bytes instead of {EventHeader.Length}");
        }

        var checksum = ChecksumAlgorithm.None;
        var tail = 0;
        if (HasChecksumField(serverVersion))
        {
            tail = 5;
            if (reader.Remaining < tail)
            {
                reader.ThrowMalformed("the checksum algorithm is missing");
            }

            checksum = (ChecksumAlgorithm)body[^5];
            if (checksum is not (ChecksumAlgorithm.None or ChecksumAlgorithm.Crc32))
            {
                throw new CdcProtocolException($"Checksum algorithm {(int)checksum} is unknown; set binlog_checksum to CRC32 or NONE.",
                    EventType.FormatDescription.Name(), payloadOffset: body.Length - 5);
            }
        }

        return new FormatDescription(version, serverVersion, created, body[FixedLength..^tail].ToArray(), checksum, maxEventBytes);
    }

    private static bool HasChecksumField(string serverVersion)
    {
        Span<int> parts = stackalloc int[3];
        parts.Clear();
        var rest = serverVersion.AsSpan();
        for (var i = 0; i < 3; i++)
        {
            var digits = 0;
            while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
            {
                digits++;
            }

            if (!int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out parts[i]))
            {
                break;
            }

            rest = rest[digits..].TrimStart('.');
        }

        // MySQL writes it since 5.6.1, MariaDB since 5.3.0.
        var first = serverVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? (5, 3, 0) : (5, 6, 1);
        return (parts[0], parts[1], parts[2]).CompareTo(first) >= 0;
    }
}
