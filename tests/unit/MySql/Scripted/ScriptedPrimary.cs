using System.Buffers.Binary;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Tests.Binlog;
using ScriptedFile = CdcEmbedded.MySql.Tests.Scripted.BinlogFile;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>A scripted server that has binlog files, and dumps them by position or by GTID set as a real one does.</summary>
internal sealed class ScriptedPrimary
{
    public const string Uuid = ScriptedReply.ServerUuid;

    private readonly List<(string Name, byte[] Bytes)> _files;
    private readonly Dictionary<string, string> _variables;

    public ScriptedPrimary(Recording recording)
        : this([.. recording.BinlogFiles.Select(f => (Path.GetFileName(f), File.ReadAllBytes(f)))], Executed(recording))
    {
    }

    public ScriptedPrimary(List<(string Name, byte[] Bytes)> files, GtidSet executed)
    {
        _files = files;
        GtidExecuted = executed;
        _variables = new()
        {
            ["log_bin"] = "ON", ["binlog_format"] = "ROW", ["binlog_row_image"] = "FULL", ["binlog_row_metadata"] = "FULL",
            ["gtid_mode"] = executed.IsEmpty ? "OFF" : "ON", ["server_uuid"] = Uuid, ["lower_case_table_names"] = "0",
        };
    }

    /// <summary>The server's binlog_row_metadata.</summary>
    public string RowMetadata
    {
        set => _variables["binlog_row_metadata"] = value;
    }

    public GtidSet GtidExecuted { get; set; }

    public GtidSet GtidPurged { get; set; } = GtidSet.Empty;

    /// <summary>Every event before it is sent; null sends nothing.</summary>
    public Func<byte[], byte[]?> Change { get; set; } = e => e;

    /// <summary>What a blocking dump does after the last event; by default it stays silent.</summary>
    public Func<ScriptedConnection, Task> AtEnd { get; set; } = c => c.SilenceAsync();

    public static GtidSet Executed(Recording recording)
    {
        var read = RecordedRows.ReadAsync(recording).GetAwaiter().GetResult().Events;
        var set = GtidSet.Empty;
        foreach (var e in read)
        {
            set = e.Header.Type switch
            {
                EventType.PreviousGtids => set.Union(PreviousGtidsEvent.Read(e.Body)),
                EventType.Gtid or EventType.GtidTagged => set.Add(GtidEvent.Read(e.Header.Type, e.Body).Gtid),
                _ => set,
            };
        }

        return set;
    }

    public ScriptedServerOptions Options() => new() { OnQuery = Answer, OnBinlogDump = DumpAsync };

    public ScriptedReply? Answer(string sql)
    {
        var (last, bytes) = _files[^1];
        return sql switch
        {
            _ when sql.StartsWith("SHOW GLOBAL VARIABLES", StringComparison.Ordinal)
                => ScriptedReply.Rows(["Variable_name", "Value"], [.. _variables.Select(v => new[] { v.Key, v.Value })]),
            "SELECT @@GLOBAL.gtid_owned" => ScriptedReply.Rows(["o"], [""]),
            "SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged"
                => ScriptedReply.Rows(["a", "b"], [GtidExecuted.ToString(), GtidPurged.ToString()]),
            _ when sql.Contains("information_schema", StringComparison.Ordinal) => ScriptedReply.Rows(["a", "b", "c"]),
            "SHOW GRANTS" => ScriptedReply.Rows(["g"], ["GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`"]),
            "SELECT CURRENT_ROLE()" => ScriptedReply.Rows(["r"], ["NONE"]),
            "SHOW BINARY LOGS" => ScriptedReply.Rows(["n", "s", "e"], [.. _files.Select(f => new[] { f.Name, $"{f.Bytes.Length}", "No" })]),
            "SHOW BINARY LOG STATUS" => ScriptedReply.Rows(["f", "p"], [last, $"{bytes.Length}"]),
            _ => null,
        };
    }

    private async Task DumpAsync(ScriptedConnection connection, BinlogDumpRequest request)
    {
        var sent = request.GtidSet is { } set ? PreviousGtidsEvent.Read(set) : GtidSet.Empty;
        var first = request.FileName.Length == 0 ? 0 : _files.FindIndex(f => f.Name == request.FileName);
        var position = (long)request.Position;
        foreach (var (name, bytes) in _files.Skip(first))
        {
            await SendFileAsync(connection, name, bytes, position, sent);
            position = 4;
        }

        if ((request.Flags & (ushort)BinlogDumpFlags.NonBlocking) != 0)
        {
            await connection.SendEofAsync();
            await connection.WaitForCloseAsync();
        }
        else
        {
            await AtEnd(connection);
        }
    }

    private async Task SendFileAsync(ScriptedConnection connection, string name, byte[] bytes, long position, GtidSet sent)
    {
        await SendAsync(connection, ScriptedFile.FakeRotate(name, (ulong)position, checksum: true));
        var isSkipping = false;
        foreach (var (start, end) in ScriptedFile.Events(bytes))
        {
            var e = bytes[start..end];
            var type = (EventType)e[4];
            isSkipping = type switch
            {
                EventType.Gtid or EventType.GtidTagged => sent.Contains(GtidEvent.Read(type, e.AsSpan(19..^4)).Gtid),
                EventType.AnonymousGtid or EventType.Rotate or EventType.Stop or EventType.FormatDescription or EventType.PreviousGtids
                    => false,
                _ => isSkipping,
            };
            if (type == EventType.FormatDescription && position > 4)
            {
                // Not at its place in the stream: without a position.
                BinaryPrimitives.WriteInt32LittleEndian(e.AsSpan(13), 0);
                BinaryPrimitives.WriteUInt32LittleEndian(e.AsSpan(e.Length - 4), ScriptedFile.Crc32(e.AsSpan(0, e.Length - 4)));
                await SendAsync(connection, e);
            }
            else if (start >= position && !isSkipping)
            {
                await SendAsync(connection, e);
            }
        }
    }

    private ValueTask SendAsync(ScriptedConnection connection, byte[] e)
        => Change(e) is { } changed ? connection.SendEventAsync(changed) : default;
}
