using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Binlog;

public class ControlEventTests
{
    [Fact]
    public void Header_of_19_bytes_is_read()
    {
        var header = EventHeader.Read([1, 0, 0, 0, 30, 97, 0, 0, 0, 50, 0, 0, 0, 0, 1, 0, 0, 0xa1, 0]);
        Assert.Equal((1u, EventType.WriteRows, 97u, 50u, 256u),
            (header.Timestamp, header.Type, header.ServerId, header.EventLength, header.NextPosition));
        Assert.True(header.IsArtificial && header.IsIgnorable && header.IsInUse);
        Assert.Throws<CdcProtocolException>(() => EventHeader.Read(new byte[18]));
        Assert.Throws<CdcProtocolException>(() => EventHeader.Read(new byte[19]));
    }

    [Theory]
    [InlineData("9.7.4", 1, ChecksumAlgorithm.Crc32)]
    [InlineData("5.6.1-log", 0, ChecksumAlgorithm.None)]
    [InlineData("11.8.6-MariaDB-log", 1, ChecksumAlgorithm.Crc32)]
    [InlineData("5.5.5-10.11.19-MariaDB", 1, ChecksumAlgorithm.Crc32)]
    internal void Format_description_gives_the_checksum_algorithm(string version, byte algorithm, ChecksumAlgorithm expected)
    {
        var format = FormatDescription.Read(TestEvents.FormatBody(version, algorithm));
        Assert.Equal((expected, version, 8), (format.Checksum, format.ServerVersion, format.PostHeaderLength(EventType.TableMap)));
        Assert.Equal(expected == ChecksumAlgorithm.Crc32 ? 4 : 0, format.ChecksumLength);
    }

    [Fact]
    public void Format_description_of_servers_before_checksums_has_none()
        => Assert.Equal(ChecksumAlgorithm.None, FormatDescription.Read(TestEvents.FormatBody("5.5.60", 0,
            withChecksumField: false)).Checksum);

    [Fact]
    public void Format_description_of_another_binlog_version_is_rejected()
    {
        Assert.Throws<CdcProtocolException>(() => FormatDescription.Read(TestEvents.FormatBody("9.7.4", 7)));
        var body = TestEvents.FormatBody("3.23", 0);
        body[0] = 1;
        Assert.Throws<CdcProtocolException>(() => FormatDescription.Read(body));
        Assert.Throws<CdcProtocolException>(() => FormatDescription.Read(new byte[20]));
    }

    [Fact]
    public void Query_text_is_decoded_in_the_clients_character_set()
    {
        // Status variables: sql_mode 4 (ANSI_QUOTES), character sets latin1, latin1, utf8mb4, time zone, microseconds.
        byte[] status = [1, 4, 0, 0, 0, 0, 0, 0, 0, 4, 8, 0, 8, 0, 45, 0, 5, 6, .. "+02:00"u8, 13, 1, 2, 0];
        byte[] body = [7, 0, 0, 0, 3, 0, 0, 0, 2, 5, 0, (byte)status.Length, 0, .. status, .. "db"u8, 0, .. "SELECT '"u8, 0xe9, (byte)'\''];
        var query = QueryEvent.Read(body);
        Assert.Equal("SELECT 'é'", query.GetText());
        Assert.Equal(("db", 7u, 3u, (ushort)5), (query.Database, query.ThreadId, query.ExecutionSeconds, query.ErrorCode));
        Assert.Equal((QueryStatus.AnsiQuotes, (ushort)8, 513u),
            (query.Status.SqlMode, query.Status.ClientCollation, query.Status.Microseconds));
        Assert.Equal("+02:00"u8, query.Status.TimeZone);
    }

    [Fact]
    public async Task Query_status_of_a_real_server_is_read_to_its_end()
    {
        var read = await RecordedRows.ReadAsync(Recording.Get("mysql-9.7/numeric"));
        foreach (var e in read.Events.Where(e => e.Header.Type == EventType.Query))
        {
            var query = QueryEvent.Read(e.Body);
            Assert.Equal((ushort)255, query.Status.ClientCollation);
            Assert.NotNull(query.Status.SqlMode);
            Assert.Equal(query.GetText() == "BEGIN", query.Status.DdlXid is null);
        }
    }

    [Fact]
    public void Heartbeats_of_both_versions_give_file_and_position()
    {
        byte[] header = [0, 0, 0, 0, 27, 97, 0, 0, 0, 50, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        Assert.Equal(new HeartbeatEvent("binlog.000007", 256), HeartbeatEvent.Read(EventHeader.Read(header), "binlog.000007"u8));
        header[4] = 41;
        byte[] body = [1, 13, .. "binlog.000007"u8, 2, 9, 254, 0, 0, 0, 0, 2, 0, 0, 0, 0];
        Assert.Equal(new HeartbeatEvent("binlog.000007", 2UL << 32), HeartbeatEvent.Read(EventHeader.Read(header), body));
    }

    [Fact]
    public void Xa_prepare_incident_rotate_and_payload_are_read()
    {
        Assert.Equal(new XaPrepareEvent(true, "X'6162',X'',1"), XaPrepareEvent.Read([1, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, .. "ab"u8]));
        Assert.Throws<CdcProtocolException>(() => XaPrepareEvent.Read([1, 1, 0, 0, 0, 65, 0, 0, 0, 0, 0, 0, 0, .. new byte[70]]));
        Assert.Equal(new IncidentEvent(1, "lost"), IncidentEvent.Read([1, 0, 4, .. "lost"u8]));
        Assert.Equal(new RotateEvent(4, "binlog.000002"), RotateEvent.Read([4, 0, 0, 0, 0, 0, 0, 0, .. "binlog.000002"u8]));
        Assert.Equal(
            new TransactionPayloadHeader(10, 3, TransactionPayloadHeader.Zstd, 40),
            TransactionPayloadHeader.Read([2, 1, 0, 3, 1, 40, 1, 1, 3, 0, 9, 9, 9]));
        Assert.Equal("SELECT 1", RowsQueryEvent.Read([8, .. "SELECT 1"u8]).ToString());
    }

    [Fact]
    public void Event_names_are_those_of_the_servers() => Assert.Equal(
        ("FORMAT_DESCRIPTION_EVENT", "WRITE_ROWS_EVENT", "GTID_TAGGED_LOG_EVENT", "WRITE_ROWS_COMPRESSED_EVENT_V1", "event type 99"),
        (EventType.FormatDescription.Name(), EventType.WriteRows.Name(), EventType.GtidTagged.Name(),
        EventType.MariaDbWriteRowsCompressedV1.Name(), ((EventType)99).Name()));

    [Theory]
    [InlineData(new byte[] { 0x02 }, 1)]
    [InlineData(new byte[] { 0xfd, 0x02 }, 191)]
    [InlineData(new byte[] { 0x83, 0x12, 0x0b }, 90704)]
    [InlineData(new byte[] { 0x7f, 0xd1, 0x57, 0x89, 0x41, 0xb4, 0x60, 0x06 }, 0x0660b4418957d1)]
    [InlineData(new byte[] { 0xff, 1, 2, 3, 4, 5, 6, 7, 8 }, 0x0807060504030201)]
    public void Variable_length_integers_count_their_bytes_by_the_low_one_bits(byte[] bytes, long expected)
    {
        var reader = new SpanReader(bytes, EventType.GtidTagged);
        Assert.Equal((ulong)expected, reader.ReadVariableLength());
        Assert.Equal(0, reader.Remaining);
    }
}
